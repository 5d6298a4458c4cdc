import { Component, Suspense, useSyncExternalStore, type ReactNode } from "react"

let isMissing = false
const watchers = new Set<() => void>()

/** Minds what does not come of the program itself: the builder's loader says it of every part. */
export const mindMissing = (): void =>
  window.addEventListener("vite:preloadError", () => {
    isMissing = true
    for (const each of watchers) each()
  })

const watch = (changed: () => void): (() => void) => {
  watchers.add(changed)
  return () => watchers.delete(changed)
}

/** Did a part of the program not come since the page was opened? */
export const useMissing = (): boolean => useSyncExternalStore(watch, () => isMissing)

interface PartProps {
  readonly children: ReactNode
  /** What stands there while it comes. */
  readonly coming?: ReactNode
  /** What stands there where it does not come, or cannot be shown. */
  readonly instead?: (error: Error) => ReactNode
  /** Where the reader is: what could not be shown at another place is no matter here. */
  readonly at?: string
}

interface PartState {
  readonly error: Error | undefined
  readonly at: string | undefined
}

/** A part of the page that is loaded when it is needed. Where that fails, or it cannot be shown, the rest of the page stays. */
export class Part extends Component<PartProps, PartState> {
  override state: PartState = { error: undefined, at: this.props.at }

  static getDerivedStateFromError(error: unknown): Partial<PartState> {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  static getDerivedStateFromProps({ at }: PartProps, state: PartState): PartState | null {
    return at === state.at ? null : { error: undefined, at }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error !== undefined) return this.props.instead?.(error) ?? null
    return <Suspense fallback={this.props.coming ?? null}>{this.props.children}</Suspense>
  }
}
