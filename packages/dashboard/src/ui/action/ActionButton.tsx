import { useSyncExternalStore, type ReactNode } from "react"
import { useAsOf } from "../parts/asOf.ts"
import type { Action } from "./Action.ts"
import type * as Dialogs from "./ActionDialog.tsx"
import { Part } from "../parts/Part.tsx"

let asked: Action | undefined
let ActionDialog: typeof Dialogs.ActionDialog | undefined
const watchers = new Set<() => void>()

const changed = (): void => {
  for (const each of watchers) each()
}

/** Fetches the dialog, which may be long before it is opened. */
export const fetchDialog = async (): Promise<void> => {
  ActionDialog = (await import("./ActionDialog.tsx")).ActionDialog
}

/** Opens the dialog of an action; closes the one that is open where there is none. Where it does not come, the frame says so. */
const ask = (action: Action | undefined): void => {
  asked = action
  if (action !== undefined && ActionDialog === undefined) {
    void fetchDialog()
      .catch(() => {
        // It opens when it is asked for, and not when a later one comes.
        if (asked === action) asked = undefined
      })
      .then(changed)
  } else changed()
}

/** Opens the dialog of an action that is loaded first. Where it does not come, the frame says so. */
export const askLoaded = (loading: Promise<Action>): void => void loading.then(ask, () => undefined)

const watch = (listener: () => void): (() => void) => {
  watchers.add(listener)
  return () => watchers.delete(listener)
}

const opened = (): Action | undefined => (ActionDialog === undefined ? undefined : asked)

/** Where the dialog of an action is: apart from its button, which may go when the action is done. */
export const ActionHost = () => {
  const action = useSyncExternalStore(watch, opened)
  if (action === undefined || ActionDialog === undefined) return null
  return (
    <Part>
      <ActionDialog action={action} onClose={() => ask(undefined)} />
    </Part>
  )
}

interface DialogButtonProps {
  readonly label: string
  /** What is drawn before its label. */
  readonly icon?: ReactNode
  /** The keys that press it, as its page shows them. */
  readonly keys?: string | undefined
  readonly className?: string | undefined
  readonly onAsk: () => void
  /** Why it cannot be done here: the button stays, says so, and opens nothing. */
  readonly refusal?: string | undefined
}

/** Opens a dialog in which something is done. */
export const DialogButton = ({ className, icon, keys, label, onAsk, refusal }: DialogButtonProps) => {
  // Nothing is done to the past.
  const isPast = useAsOf() !== ""
  return (
    <button
      type="button"
      className={className ?? "button"}
      onClick={refusal === undefined ? onAsk : undefined}
      disabled={isPast}
      aria-disabled={refusal !== undefined}
      title={refusal}
      aria-haspopup="dialog"
    >
      {icon}
      {label}
      {keys === undefined ? null : <kbd aria-hidden="true">{keys}</kbd>}
    </button>
  )
}

interface ActionButtonProps extends Pick<DialogButtonProps, "className" | "refusal"> {
  readonly action: Action
  readonly label?: string | undefined
}

/** Opens the dialog of an action. */
export const ActionButton = ({ action, label, ...button }: ActionButtonProps) => (
  <DialogButton {...button} label={label ?? action.verb} onAsk={() => ask(action)} />
)
