import type { News } from "../../records/Alert.ts"
import { severities, type Severity } from "../../records/breakKinds.ts"

/** How grave an alert is: a part of the program that fails keeps all of its work from being done; what else has no word for it is a warning. */
export const gravityOf = ({ kind, severity }: Pick<News, "kind" | "severity">): Severity =>
  severity ?? (kind === "health" ? "critical" : "warning")

/** Is one as grave as the other, or graver? */
export const isAsGrave = (one: Severity, other: Severity): boolean =>
  severities.indexOf(one) <= severities.indexOf(other)

/** Alerts, the gravest first. */
export const gravestFirst = <N extends Pick<News, "kind" | "severity">>(news: ReadonlyArray<N>): ReadonlyArray<N> =>
  news.toSorted((a, b) => severities.indexOf(gravityOf(a)) - severities.indexOf(gravityOf(b)))
