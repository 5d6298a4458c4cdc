import { lazy, useSyncExternalStore } from "react"
import { useAsOf } from "./asOf.ts"
import type { Action } from "./Action.ts"
import { Part } from "./Part.tsx"

const ActionDialog = lazy(() => import("./ActionDialog.tsx").then(({ ActionDialog }) => ({ default: ActionDialog })))

let asked: Action | undefined
const watchers = new Set<() => void>()

/** Opens the dialog of an action; closes the one that is open where there is none. */
export const ask = (action: Action | undefined): void => {
  asked = action
  for (const each of watchers) each()
}

const watch = (changed: () => void): (() => void) => {
  watchers.add(changed)
  return () => watchers.delete(changed)
}

/** Where the dialog of an action is: apart from its button, which may go when the action is done. */
export const ActionHost = () => {
  const action = useSyncExternalStore(watch, () => asked)
  if (action === undefined) return null
  return (
    <Part>
      <ActionDialog action={action} onClose={() => ask(undefined)} />
    </Part>
  )
}

interface DialogButtonProps {
  readonly label: string
  readonly className?: string | undefined
  readonly onAsk: () => void
}

/** Opens a dialog in which something is done. */
export const DialogButton = ({ className, label, onAsk }: DialogButtonProps) => {
  // Nothing is done to the past.
  const isPast = useAsOf() !== ""
  return (
    <button type="button" className={className ?? "button"} onClick={onAsk} disabled={isPast} aria-haspopup="dialog">
      {label}
    </button>
  )
}

interface ActionButtonProps {
  readonly action: Action
  readonly label?: string | undefined
  readonly className?: string | undefined
}

/** Opens the dialog of an action. */
export const ActionButton = ({ action, className, label }: ActionButtonProps) => (
  <DialogButton className={className} label={label ?? action.verb} onAsk={() => ask(action)} />
)
