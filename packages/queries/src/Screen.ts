import { codeWords } from "@roundlot/core/ledger"
/** What a word of a state says to a person at a glance. */
export type Tone = "ok" | "info" | "warn" | "danger" | "doubt" | "idle"

/** How text is laid out for its reader: piped text is whole and without colour. */
export interface Screen {
  /** So many columns a line may have; undefined where it may have any number. */
  readonly width: number | undefined
  readonly isColoured: boolean
}

/** For a file, a pipe, or a person who wants to see all of it. */
export const whole: Screen = { width: undefined, isColoured: false }

/** ANSI: colours that every terminal has, and its user has chosen. */
const codes: { readonly [T in Tone | "heading"]: number } = {
  ok: 32,
  info: 34,
  warn: 33,
  danger: 31,
  doubt: 35,
  idle: 2,
  heading: 1
}

/** Text in a tone, on a screen that has colours. */
export const paint = ({ isColoured }: Screen, tone: Tone | "heading" | undefined, text: string): string =>
  isColoured && tone !== undefined && text !== "" ? `\u001B[${codes[tone]}m${text}\u001B[0m` : text

/** What decides about colours, as far as the environment says. */
interface Said {
  readonly NO_COLOR?: string | undefined
  readonly FORCE_COLOR?: string | undefined
  readonly TERM?: string | undefined
}

/** Colours stand at a terminal, unless NO_COLOR says otherwise; FORCE_COLOR asks for them elsewhere. */
export const hasColours = ({ FORCE_COLOR = "", NO_COLOR = "", TERM }: Said, isTerminal: boolean): boolean => {
  if (NO_COLOR !== "") return false
  if (FORCE_COLOR !== "") return FORCE_COLOR !== "0"
  return isTerminal && TERM !== "dumb"
}

const wordsOfTone: { readonly [T in Tone]: ReadonlyArray<string> } = {
  ok: ["accepted", "completed", "done", "executed", "filled", "good", "normal", "success", "up", "verified"],
  info: ["accumulated", "partial_fill", "partially_filled", "running", "submitted", "submitting"],
  warn: ["approve", "at_risk", "observe", "partial_success", "quarantined", "reduce", "unverified", "warning"],
  danger: ["critical", "dead", "down", "escalated", "failed", "halted", "not_accepted", "not_traded", "rejected"],
  doubt: ["conflict", "in_doubt", "unknown"],
  idle: ["cancelled", "closed", "duplicate", "expired", "gone", "info", "pending", "queued", "resolved", "revoked"]
}

const tones: ReadonlyArray<Tone> = ["ok", "info", "warn", "danger", "doubt", "idle"]

/** The tone of a state's word; none of one that has none. */
export const toneOf = (word: string): Tone | undefined =>
  tones.find((tone) => wordsOfTone[tone].some((code) => code === word || codeWords.wordsOf(code) === word))
