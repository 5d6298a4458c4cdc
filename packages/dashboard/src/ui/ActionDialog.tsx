import * as Dialog from "@radix-ui/react-dialog"
import { useMutation } from "@tanstack/react-query"
import type { Documents } from "@roundlot/api"
import type { Effect } from "effect"
import { useRef, useState, type FormEvent } from "react"
import { queries } from "../api/asking.ts"
import { type Api, call } from "../api/client.ts"
import { Field } from "./Field.tsx"
import { Problem } from "./Panel.tsx"

/** Something that a person orders: what it is, what follows and what does not, and how it is carried out. */
export interface Action {
  /** Verb and object: what the dialog and its button say. */
  readonly verb: string
  readonly will: ReadonlyArray<string>
  readonly willNot: ReadonlyArray<string>
  readonly isDangerous?: boolean
  /** What has to be typed first, where what follows cannot be taken back. */
  readonly typed?: string
  readonly cli: (reason: string) => string
  readonly run: (api: Api, reason: string, key: string) => Effect.Effect<Documents.DoneDocument, unknown>
}

const LEAST = 8

const quoted = (text: string): string => `"${text.replaceAll(/["\\$`]/g, "\\$&")}"`

/** Says what an action does and what it does not, asks for the reason, and carries it out once. */
export const ActionDialog = ({ action, onClose }: { readonly action: Action; readonly onClose: () => void }) => {
  const [reason, setReason] = useState("")
  const [typed, setTyped] = useState("")
  // One key for one wish: sent again after a lost answer, it is carried out once.
  const [key] = useState(() => crypto.randomUUID())
  const field = useRef<HTMLInputElement>(null)
  const [opener] = useState(() => (document.activeElement instanceof HTMLElement ? document.activeElement : undefined))
  const doing = useMutation({
    mutationFn: () => call((api) => action.run(api, reason.trim(), key)),
    onSuccess: () => queries.invalidateQueries()
  })
  const isReady = reason.trim().length >= LEAST && (action.typed === undefined || typed === action.typed)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady && !doing.isPending) doing.mutate()
  }
  return (
    <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content
          className="dialog"
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            field.current?.focus()
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
              <h3>What will happen</h3>
              <ul>
                {action.will.map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
              <h3>What will not</h3>
              <ul>
                {action.willNot.map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
              <Field term="formReason">
                <input
                  ref={field}
                  aria-label="Reason"
                  value={reason}
                  onChange={(event) => setReason(event.target.value)}
                  minLength={LEAST}
                  maxLength={1000}
                  required
                  autoComplete="off"
                />
              </Field>
              {action.typed === undefined ? null : (
                <Field term="confirmScope" tail={action.typed}>
                  <input
                    aria-label={`Type ${action.typed} to confirm`}
                    value={typed}
                    onChange={(event) => setTyped(event.target.value)}
                    autoComplete="off"
                  />
                </Field>
              )}
              <p className="faint">
                The same on the command line:{" "}
                <code>{action.cli(quoted(reason.trim() === "" ? "…" : reason.trim()))}</code>
              </p>
              {doing.error === null ? null : <Problem error={doing.error} />}
              <div className="buttons">
                <Dialog.Close className="button">Back</Dialog.Close>
                <button
                  type="submit"
                  className={action.isDangerous === true ? "button danger" : "button primary"}
                  aria-disabled={!isReady || doing.isPending}
                >
                  {doing.isPending ? "Sent, waiting for the record…" : action.verb}
                </button>
              </div>
            </form>
          ) : (
            <>
              <p role="status">{doing.data.done}</p>
              <p className="faint">
                On record for {doing.data.account} as command <code>{doing.data.commandId}</code>.
              </p>
              <div className="buttons">
                <Dialog.Close className="button primary">Close</Dialog.Close>
              </div>
            </>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
