import { useAsk } from "../api/asking.ts"
import { useCaller } from "../api/overview.ts"
import { approveRequest, rejectRequest } from "../ui/action/approvals.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { Facts } from "../ui/parts/Facts.tsx"
import { Foreign, Moment, Said } from "../ui/parts/Figure.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import { texts } from "../words/text/approvals.ts"

/** Why the person who is signed in cannot approve a request, where that is known here. */
const useRefusal = (requestedBy: string | undefined): string | undefined => {
  const { data: caller } = useCaller()
  if (caller === undefined) return undefined
  if (caller.name === requestedBy) return texts.ownRequest
  return caller.open && caller.name === "api" ? texts.needsToken : undefined
}

/** An operation that waits for a second person, and what is done with it. */
export const Request = ({ id }: { readonly id: string }) => {
  const asked = useAsk(["approval", id], (api) => api.controls.showApproval({ path: { id } }))
  const refusal = useRefusal(asked.data?.requestedBy)
  return (
    <Asked query={asked}>
      {(request) => (
        <Panel
          title={texts.request}
          note={refusal}
          action={
            <>
              {refusal === undefined ? (
                <ActionButton action={approveRequest(request)} className="button small" />
              ) : null}{" "}
              <ActionButton action={rejectRequest(request)} className="button small" />
            </>
          }
        >
          <Facts
            facts={[
              ["operation", texts[request.operation]],
              ["wouldDo", <Said text={request.preview} />],
              ["basedOn", <Foreign text={request.basis} />],
              ["requestedBy", <Foreign text={request.requestedBy} />],
              ["reason", <Said text={request.reason} />],
              ["approveBy", <Moment at={request.approveBy} />]
            ]}
          />
        </Panel>
      )}
    </Asked>
  )
}
