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

/** Says what an action does and what it does not, asks for the reason, and carries it out once. */
export const ActionDialog = ({ action: given, onClose }: { readonly action: Action; readonly onClose: () => void }) => {
  const [between, setBetween] = useState<Between>()
  const [insteadAt, setInsteadAt] = useState<number>()
  const instead = insteadAt === undefined ? undefined : given.instead?.actions[insteadAt]
  const asked = between?.now?.action ?? instead ?? given
  const [isAlso, setAlso] = useState(false)
  const action = isAlso ? (asked.also?.action ?? asked) : asked
  const { isHarmless = false, rehearse, role = "operate" } = action
  const may = useMay(role)
  const [reason, setReason] = useState("")
  const [typed, setTyped] = useState("")
  const [text, setText] = useState(asked.asks?.chosen ?? "")
  const said = text.trim()
  const isSaid = action.asks === undefined || action.asks.isOptional === true || said !== ""
  // One key for one wish: sent again after a lost answer, it is carried out once.
  const [key, setKey] = useState(() => crypto.randomUUID())
  const field = useRef<HTMLInputElement>(null)
  const sending = useRef<HTMLButtonElement>(null)
  const [opener] = useState(() => (document.activeElement instanceof HTMLElement ? document.activeElement : undefined))
  const doing = useMutation({
    // An answer may have a secret: it is forgotten with the dialog.
    gcTime: 0,
    mutationFn: () => call((api) => action.run(api, reason.trim(), key, said)),
    onSuccess: () => {
      if (!isHarmless) keepReason(reason.trim())
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
  const rehearsed = useAsk(
    // Verbs are short; the command names all that is meant. What another wish was answered may have changed since.
    ["rehearsal", key, action.cli("", said)],
    (api) => rehearse?.(api, said) ?? Effect.succeed(undefined),
    // Once it is sent nobody waits for it any more, least of all the record of what was done.
    may && rehearse !== undefined && isSaid && !doing.isPending && doing.data === undefined
  )
  const isForeseen = rehearse === undefined || action.isStop === true || rehearsed.isFetched
  const isReasoned = isHarmless || reason.trim().length >= LEAST
  const isReady = may && isReasoned && isSaid && isForeseen && (action.typed === undefined || typed === action.typed)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady && !doing.isPending) doing.mutate()
  }
  return (
    <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content
          className={rehearse === undefined || doing.data !== undefined ? "dialog" : "dialog steady"}
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
            <form onSubmit={submit}>
              <div className="asked">
                {between === undefined ? null : <Meanwhile of={between} />}
                <Instead
                  of={given}
                  at={insteadAt}
                  onChoose={(at) => {
                    setInsteadAt(at)
                    // Another wish has another key.
                    setKey(crypto.randomUUID())
                  }}
                />
                <h3>{texts.effect}</h3>
                <ul>
                  {action.will.map((each) => (
                    <li key={each}>{each}</li>
                  ))}
                </ul>
                <h3>{texts.notAffected}</h3>
                <ul>
                  {action.willNot.map((each) => (
                    <li key={each}>{each}</li>
                  ))}
                </ul>
                {!may || rehearse === undefined || !isSaid ? null : (
                  <Foreseen answer={rehearsed} of={action} isShown={doing.error === null || between !== undefined} />
                )}
                <Also of={asked.also} done={rehearsed.data} isChosen={isAlso} onChoose={setAlso} />
                {action.asks === undefined ? null : (
                  <Field term={action.asks.term}>
                    <input
                      aria-label={action.asks.label}
                      type={action.asks.isSecret === true ? "password" : "text"}
                      value={text}
                      onChange={(event) => setText(event.target.value)}
                      readOnly={action.asks.chosen !== undefined}
                      maxLength={128}
                      required={action.asks.isOptional !== true}
                      autoComplete="off"
                    />
                  </Field>
                )}
                {isHarmless ? null : <ReasonField field={field} value={reason} onChange={setReason} />}
                {action.typed === undefined ? null : (
                  <Field term="confirmScope" tail={action.typed}>
                    <input
                      aria-label={texts.typeToConfirm({ typed: action.typed })}
                      value={typed}
                      onChange={(event) => setTyped(event.target.value)}
                      autoComplete="off"
                    />
                  </Field>
                )}
                <p className="faint">
                  {texts.sameOnCommandLine({
                    command: (
                      <code>
                        {action.cli(
                          quoted(reason.trim() === "" ? "…" : reason.trim()),
                          said === "" ? "…" : quoted(said)
                        )}
                      </code>
                    )
                  })}
                </p>
              </div>
              {doing.error === null || doing.error === between?.problem ? null : (
                <Problem error={doing.error} isOfAction />
              )}
              <NeedsRole role={role} />
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
          ) : (
            <>
              <p role="status">
                <Said text={doing.data.done} />
              </p>
              {doing.data.secret === undefined ? null : <Secret of={Redacted.value(doing.data.secret)} />}
              <Recorded of={doing.data} />
              <div className="buttons">
                <Dialog.Close className="button primary">{texts.close}</Dialog.Close>
              </div>
            </>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
