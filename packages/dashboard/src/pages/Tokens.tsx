import type { Documents } from "@roundlot/api"
import { useMemo, useState } from "react"
import { useAsk } from "../api/asking.ts"
import { useCaller } from "../api/overview.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { ForRole } from "../ui/action/Role.tsx"
import { createToken, revokeToken, rotateToken, type TokenWish } from "../ui/action/tokens.ts"
import { Choice, Written } from "../ui/parts/Field.tsx"
import { Time } from "../ui/parts/Figure.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { texts } from "../words/text/tokens.ts"

type Token = Documents.TokenDocument

/** Why the caller cannot confirm with a secret, where it has no token; nothing while that is not known. */
const refusalOf = (own: string | undefined, tokens: ReadonlyArray<Token> | undefined): string | undefined =>
  own === undefined || tokens === undefined || tokens.some(({ name }) => name === own) ? undefined : texts.noOwnToken

const columnsFor = (own: string | undefined, refusal: string | undefined): ReadonlyArray<Column<Token>> => [
  columns.foreign("name", ({ name }) => name),
  columns.node("role", ({ role }) => role),
  columns.foreign("tokenAccounts", ({ accounts }) => accounts?.join(", ") ?? texts.all),
  columns.status("token"),
  columns.created,
  columns.foreign("actor", ({ createdBy }) => createdBy),
  columns.time("expires", ({ expiresAt }) => expiresAt),
  columns.node("lastUsed", ({ lastUsedAt }) =>
    lastUsedAt === null ? texts.noUseRecorded : <Time at={lastUsedAt} isToMinute />
  ),
  columns.node("action", (token) =>
    token.status === "good" ? (
      <>
        <ActionButton action={rotateToken(token)} className="button small" />{" "}
        <ActionButton action={revokeToken(token, token.name === own)} className="button small" refusal={refusal} />
      </>
    ) : null
  )
]

const roles = (["read", "propose", "trade", "operate"] as const).map((role) => [role, role] as const)

const blank: TokenWish = { name: "", role: "read", accounts: "", expires: "", ordersPerDay: "", notionalPerDay: "" }

/** How much a token of the role `propose` may propose. */
const Allowance = ({
  of,
  onWrite
}: {
  readonly of: TokenWish
  readonly onWrite: (part: Partial<TokenWish>) => void
}) => (
  <>
    {(
      [
        ["proposedOrders", "ordersPerDay"],
        ["proposedNotional", "notionalPerDay"]
      ] as const
    ).map(([term, part]) => (
      <Written
        key={part}
        term={term}
        label={texts[part]}
        value={of[part]}
        onWrite={(value) => onWrite({ [part]: value })}
        inputMode="decimal"
      />
    ))}
  </>
)

/** What a new token may do, and for how long. */
const NewToken = () => {
  const [wish, setWish] = useState(blank)
  const write = (part: Partial<TokenWish>): void => setWish((before) => ({ ...before, ...part }))
  const name = wish.name.trim()
  return (
    <form className="form" aria-label={texts.createToken} onSubmit={(event) => event.preventDefault()}>
      <Written term="name" label={texts.name} value={wish.name} onWrite={(text) => write({ name: text })} />
      <Choice term="role" label={texts.role} value={wish.role} options={roles} onChoose={(role) => write({ role })} />
      <Written
        term="tokenAccounts"
        label={texts.accounts}
        value={wish.accounts}
        onWrite={(accounts) => write({ accounts })}
      />
      <Written
        term="tokenLifetime"
        label={texts.expires}
        value={wish.expires}
        onWrite={(expires) => write({ expires })}
      />
      {wish.role === "propose" ? <Allowance of={wish} onWrite={write} /> : null}
      <div className="buttons">
        <ActionButton
          action={createToken({ ...wish, name })}
          label={texts.createToken}
          className="button primary"
          refusal={name === "" ? texts.needsName : undefined}
        />
      </div>
    </form>
  )
}

/** API tokens: who may call, and how another one is created, rotated or revoked. */
export const Tokens = () => {
  const held = useAsk(["tokens"], (api) => api.tokens.list())
  const { data: caller } = useCaller()
  const own = caller?.name
  const refusal = refusalOf(own, held.data?.items)
  const shown = useMemo(() => columnsFor(own, refusal), [own, refusal])
  return (
    <Panel title={texts.tokens} note={refusal}>
      <Asked query={held}>
        {({ items }) => (
          <>
            <Rows
              label={texts.tokens}
              empty={texts.noTokens}
              columns={shown}
              rows={items}
              idOf={({ name }) => name}
              isShort
            />
            {own === undefined || refusal !== undefined ? null : (
              <ForRole role="operate">
                <NewToken />
              </ForRole>
            )}
          </>
        )}
      </Asked>
    </Panel>
  )
}
