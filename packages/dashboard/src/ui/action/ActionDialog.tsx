import * as Dialog from "@radix-ui/react-dialog"
import { useMutation } from "@tanstack/react-query"
import type { Documents } from "@roundlot/api"
import { Effect, Redacted } from "effect"
import { useId, useRef, useState, type FormEvent, type RefObject } from "react"
import { queries, useAsk } from "../../api/asking.ts"
import { call, readOf } from "../../api/calling.ts"
import { ProblemError } from "../../api/problem.ts"
import type { Action, Done } from "./Action.ts"
import { CopyId } from "../parts/CopyId.tsx"
import { Choice, Field } from "../parts/Field.tsx"
import { Figure, Foreign, Said, Time } from "../parts/Figure.tsx"
import { type Between, betweenOf, isLost, Meanwhile } from "./Meanwhile.tsx"
import { NeedsRole, useMay } from "./Role.tsx"
import { Problem } from "../parts/Panel.tsx"
import { keepReason, useReasons } from "./reasons.ts"
import { Foreseen } from "./Rehearsal.tsx"
import { texts } from "../../words/text/actions.ts"

const LEAST = 8

interface AlsoProps {
  readonly of: Action["also"]
  readonly done: Documents.DoneDocument | undefined
  readonly isChosen: boolean
  readonly onChoose: (isChosen: boolean) => void
}

/** What may be done with an action; while a dry run is on its way, what was chosen stays. */
const Also = ({ isChosen, of, onChoose, done }: AlsoProps) => {
  const label = done === undefined ? undefined : of?.label(done)
  if (of === undefined || (label === undefined && !isChosen)) return null
  return (
    <Field term={of.term}>
      <label className="also">
        <input type="checkbox" checked={isChosen} onChange={({ target }) => onChoose(target.checked)} />
        {label ?? of.action.verb}
      </label>
    </Field>
  )
}

interface InsteadProps {
  readonly of: Action
  readonly at: number | undefined
  readonly onChoose: (at: number | undefined) => void
}

/** What may be done in place of what was asked for. */
const Instead = ({ at, of: { instead, verb }, onChoose }: InsteadProps) =>
  instead === undefined || instead.actions.length === 0 ? null : (
    <Choice
      term={instead.term}
      label={instead.label}
      value={String(at ?? "")}
      options={[["", verb], ...instead.actions.map((each, index) => [String(index), each.verb] as const)]}
      onChoose={(chosen) => onChoose(chosen === "" ? undefined : Number(chosen))}
    />
  )

/** Among so many of the newest entries the one of a command is looked for: it was written a moment ago. */
const NEWEST = 100

/** What concerns no account is in a journal of its own. */
const ownerOf = (account: string): string => (account === "_store" ? texts.theStore : account)

/** What was done, as it is on record: in whose journal and where, when, and by whom. */
const Recorded = ({ of: { account, commandId, entry: known } }: { readonly of: Done }) => {
  const { data } = useAsk(
    ["record of", commandId],
    (api) => api.journal.list({ urlParams: { order: "newest", limit: NEWEST } }),
    known === undefined
  )
  const entry = known ?? data?.items.findLast(({ cause }) => cause.command === commandId)
  const owner = ownerOf(entry?.account ?? account)
  const where = owner === "" ? texts.recorded : texts.recordedFor({ owner })
  const recorded = commandId === "" ? where : texts.asCommand({ recorded: where, command: <code>{commandId}</code> })
  return (
    <p className="faint recorded">
      {entry === undefined
        ? texts.recordedOnly({ recorded })
        : texts.recordedEntry({
            recorded,
            seq: <Figure of={String(entry.seq)} />,
            at: <Time at={entry.at} />,
            actor: <Foreign text={entry.cause.actor} />
          })}
    </p>
  )
}

/** A secret that was made: it is here while the dialog is open. */
const Secret = ({ of }: { readonly of: string }) => (
  <p>
    <code className="secret">{of}</code> <CopyId id={of} />
  </p>
)

interface ReasonFieldProps {
  readonly field: RefObject<HTMLInputElement | null>
  readonly value: string
  readonly onChange: (reason: string) => void
}

/** Why: those that were given last are offered. */
const ReasonField = ({ field, onChange, value }: ReasonFieldProps) => {
  const list = useId()
  const given = useReasons()
  const { length } = value.trim()
  return (
    <>
      <Field
        term="formReason"
        error={length > 0 && length < LEAST ? texts.reasonTooShort({ least: LEAST }) : undefined}
      >
        {(tied) => (
          <input
            ref={field}
            aria-label={texts.reason}
            list={list}
            value={value}
            onChange={({ target }) => onChange(target.value)}
            minLength={LEAST}
            maxLength={1000}
            required
            autoComplete="off"
            {...tied}
          />
        )}
      </Field>
      <datalist id={list}>
        {given.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </>
  )
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\$`]/g, "\\$&")}"`

/** What is asked for, and how far it is. */
const useWish = (given: Action) => {
  const [between, setBetween] = useState<Between>()
  const [insteadAt, setInsteadAt] = useState<number>()
  const instead = insteadAt === undefined ? undefined : given.instead?.actions[insteadAt]
  const asked = between?.now?.action ?? instead ?? given
  const [isAlso, setAlso] = useState(false)
  const action = isAlso ? (asked.also?.action ?? asked) : asked
  const [reason, setReason] = useState("")
  const [typed, setTyped] = useState("")
  const [text, setText] = useState(asked.asks?.chosen ?? "")
  const said = text.trim()
  // One key for one wish: sent again after a lost answer, it is carried out once.
  const [key, setKey] = useState(() => crypto.randomUUID())
  const doing = useMutation({
    // An answer may have a secret: it is forgotten with the dialog.
    gcTime: 0,
    mutationFn: () => call((api) => action.run(api, reason.trim(), key, said)),
    onSuccess: () => {
      if (action.isHarmless !== true) keepReason(reason.trim())
      return queries.invalidateQueries()
    },
    onError: async (error) => {
      if (!(error instanceof ProblemError) || !isLost(error)) return
      // It is on record that this wish came to nothing: the next one is another.
      setKey(crypto.randomUUID())
      if (action.about === undefined) return
      const asking = betweenOf(error, action.about)
      const found = await readOf((api) => Effect.orElseSucceed(asking(api), () => undefined))
      if (found === undefined || (error.status === 409 && found.entries.length === 0)) return
      setBetween(found)
      setTyped("")
      await queries.invalidateQueries()
    }
  })
  const chooseInstead = (at: number | undefined): void => {
    setInsteadAt(at)
    // Another wish has another key.
    setKey(crypto.randomUUID())
  }
  const fields = { reason, setReason, typed, setTyped, text, setText, said }
  return { action, asked, between, chooseInstead, doing, fields, insteadAt, isAlso, key, setAlso }
}

type Wish = ReturnType<typeof useWish>

/** What a wish would come to, as the daemon answers it, and whether all is there to send it. */
const useReadiness = ({ action, doing, fields: { reason, said, typed }, key }: Wish) => {
  const { asks, isHarmless = false, rehearse, role = "operate" } = action
  const may = useMay(role)
  const isSaid = asks === undefined || asks.isOptional === true || said !== ""
  const rehearsed = useAsk(
    // Verbs are short; the command names all that is meant. What another wish was answered may have changed since.
    ["rehearsal", key, action.cli("", said)],
    (api) => rehearse?.(api, said) ?? Effect.succeed(undefined),
    // Once it is sent nothing waits for it any more, least of all the record of what was done.
    may && rehearse !== undefined && isSaid && !doing.isPending && doing.data === undefined
  )
  const isForeseen = rehearse === undefined || action.isStop === true || rehearsed.isFetched
  const isReasoned = isHarmless || reason.trim().length >= LEAST
  const isReady = may && isReasoned && isSaid && isForeseen && (action.typed === undefined || typed === action.typed)
  return { isReady, isShown: may && rehearse !== undefined && isSaid, rehearsed }
}

/** What an action does, and what it does not. */
const Effects = ({ of: { will, willNot } }: { readonly of: Action }) => (
  <>
    <h3>{texts.effect}</h3>
    <ul>
      {will.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
    <h3>{texts.notAffected}</h3>
    <ul>
      {willNot.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  </>
)

/** What an action asks to be typed beside its reason. */
const Typing = ({ of: { action, fields } }: { readonly of: Wish }) =>
  action.asks === undefined ? null : (
    <Field term={action.asks.term}>
      <input
        aria-label={action.asks.label}
        type={action.asks.isSecret === true ? "password" : "text"}
        value={fields.text}
        onChange={(event) => fields.setText(event.target.value)}
        readOnly={action.asks.chosen !== undefined}
        maxLength={128}
        required={action.asks.isOptional !== true}
        autoComplete="off"
      />
    </Field>
  )

/** The scope of a grave action, typed once more. */
const Confirmed = ({ of: { action, fields } }: { readonly of: Wish }) =>
  action.typed === undefined ? null : (
    <Field term="confirmScope" tail={action.typed}>
      <input
        aria-label={texts.typeToConfirm({ typed: action.typed })}
        value={fields.typed}
        onChange={(event) => fields.setTyped(event.target.value)}
        autoComplete="off"
      />
    </Field>
  )

/** The command that does the same. */
const SameCommand = ({ of: { action, fields } }: { readonly of: Wish }) => {
  const reason = fields.reason.trim()
  const typed = action.cli(quoted(reason === "" ? "…" : reason), fields.said === "" ? "…" : quoted(fields.said))
  return <p className="faint">{texts.sameOnCommandLine({ command: <code>{typed}</code> })}</p>
}

interface WishProps {
  readonly given: Action
  readonly wish: Wish
  readonly field: RefObject<HTMLInputElement | null>
  readonly sending: RefObject<HTMLButtonElement | null>
}

/** What an action comes to, the reason for it, and the button that sends it. */
const WishForm = ({ field, given, sending, wish }: WishProps) => {
  const { action, asked, between, doing, fields } = wish
  const { isReady, isShown, rehearsed } = useReadiness(wish)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady && !doing.isPending) doing.mutate()
  }
  return (
    <form onSubmit={submit}>
      <div className="asked">
        {between === undefined ? null : <Meanwhile of={between} />}
        <Instead of={given} at={wish.insteadAt} onChoose={wish.chooseInstead} />
        <Effects of={action} />
        {isShown ? (
          <Foreseen answer={rehearsed} of={action} isShown={doing.error === null || between !== undefined} />
        ) : null}
        <Also of={asked.also} done={rehearsed.data} isChosen={wish.isAlso} onChoose={wish.setAlso} />
        <Typing of={wish} />
        {action.isHarmless === true ? null : (
          <ReasonField field={field} value={fields.reason} onChange={fields.setReason} />
        )}
        <Confirmed of={wish} />
        <SameCommand of={wish} />
      </div>
      {doing.error === null || doing.error === between?.problem ? null : <Problem error={doing.error} isOfAction />}
      <NeedsRole role={action.role ?? "operate"} />
      <div className="buttons">
        <Dialog.Close className="button">{action.back ?? texts.cancel}</Dialog.Close>
        <button
          ref={sending}
          type="submit"
          className={action.isDangerous === true ? "button danger" : "button primary"}
          aria-disabled={!isReady || doing.isPending}
        >
          {doing.isPending ? texts.sending : action.verb}
        </button>
      </div>
    </form>
  )
}

/** What was done. */
const Outcome = ({ of }: { readonly of: Done }) => (
  <>
    <p role="status">
      <Said text={of.done} />
    </p>
    {of.secret === undefined ? null : <Secret of={Redacted.value(of.secret)} />}
    <Recorded of={of} />
    <div className="buttons">
      <Dialog.Close className="button primary">{texts.close}</Dialog.Close>
    </div>
  </>
)

/** Says what an action does and what it does not, asks for the reason, and carries it out once. */
export const ActionDialog = ({ action: given, onClose }: { readonly action: Action; readonly onClose: () => void }) => {
  const wish = useWish(given)
  const { action, doing } = wish
  const field = useRef<HTMLInputElement>(null)
  const sending = useRef<HTMLButtonElement>(null)
  const [opener] = useState(() => (document.activeElement instanceof HTMLElement ? document.activeElement : undefined))
  return (
    <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content
          className={action.rehearse === undefined || doing.data !== undefined ? "dialog" : "dialog steady"}
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            const first = field.current ?? sending.current
            first?.focus()
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            const back = opener?.isConnected === true ? opener : document.querySelector<HTMLElement>("#main")
            back?.focus()
          }}
        >
          <Dialog.Title>{action.verb}</Dialog.Title>
          {doing.data === undefined ? (
            <WishForm given={given} wish={wish} field={field} sending={sending} />
          ) : (
            <Outcome of={doing.data} />
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
