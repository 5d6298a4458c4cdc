import type { Documents } from "@roundlot/api"
import { useAsk } from "../api/asking.ts"
import { continueWebhook, passOver, testWebhook } from "../ui/action/webhooks.ts"
import { retryJob } from "../ui/action/jobs.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { texts } from "../words/text/operations.ts"

type Webhook = typeof Documents.WebhookDocument.Type

/** What is posted next, where anything waits for long enough to be seen. */
const Next = ({ of: { next } }: { readonly of: Webhook }) => {
  const [first] = next
  return first === undefined ? null : `${first.entry.tag} ${first.entry.entity.id}`
}

/** What may be done where deliveries stand so: what failed is tried at once, or passed over. */
const Acts = ({ of: webhook }: { readonly of: Webhook }) => (
  <>
    <ActionButton action={testWebhook(webhook)} label={texts.test} className="button small" />
    {webhook.state === "failing" || webhook.state === "givenUp" ? (
      <>
        {webhook.cursor === null ? null : (
          <ActionButton
            action={continueWebhook(webhook, webhook.cursor)}
            label={texts.tryNow}
            className="button small"
          />
        )}
        {webhook.next.slice(0, 1).map((first) => (
          <ActionButton
            key={first.cursor}
            action={passOver(webhook, first)}
            label={texts.skip}
            className="button small"
          />
        ))}
      </>
    ) : null}
    <ActionButton action={continueWebhook(webhook)} label={texts.replay} className="button small" />
    {webhook.letters
      .filter(({ status }) => status === "dead")
      .map((letter) => (
        <ActionButton key={letter.id} action={retryJob(letter)} label={texts.retryKept} className="button small" />
      ))}
  </>
)

const webhooks: ReadonlyArray<Column<Webhook>> = [
  columns.foreign("name", ({ name }) => name),
  columns.foreign("address", ({ host }) => host),
  columns.node("status", ({ state }) => <StateSign family="webhook" state={state} />),
  columns.count("behind", ({ behind }) => behind),
  columns.node("nextEvent", (each) => <Next of={each} />),
  columns.count("letters", ({ letters }) => letters.length),
  columns.foreign("failure", ({ job }) => job?.failure ?? null),
  columns.node("action", (each) => <Acts of={each} />)
]

/** How deliveries go stands in no journal: the stream says nothing of it. */
const EVERY_MS = 2_000

/** Programs that are posted events, and where the deliveries of each stand. */
export const Webhooks = () => {
  const asked = useAsk(["webhooks"], (api) => api.jobs.webhooks(), true, EVERY_MS)
  return (
    <Panel title={texts.webhooks} note={texts.eventDeliveries}>
      <Asked query={asked}>
        {({ items }) => (
          <Rows
            label={texts.webhooks}
            empty={texts.noWebhooks({ setting: <code>webhooks</code> })}
            columns={webhooks}
            rows={items}
            idOf={({ name }) => name}
            isShort
          />
        )}
      </Asked>
    </Panel>
  )
}
