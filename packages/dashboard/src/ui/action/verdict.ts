import type { Documents } from "@roundlot/api"
import type { Sign } from "../../words/families.ts"
import { signOfState } from "../../words/signs.ts"
import { texts } from "../../words/text/verdict.ts"
import { boundIn, boundWords } from "./standing.ts"

type Overview = Documents.OverviewDocument

/** How all stands, as every page says it. */
export interface Verdict {
  readonly sign: Sign
  /** One sentence. */
  readonly text: string
  /** The same in two or three words, for the header. */
  readonly short: string
  /** What the title of the tab says before the page's name. */
  readonly inTab: (page: string) => string
  /** The file of the tab's icon. */
  readonly icon: string
}

const casesIn = ({ cases: count, critical }: Overview): string =>
  critical === 0 ? texts.cases({ count }) : texts.criticalCases({ count, critical })

const inTab =
  ({ cases: count, critical }: Overview, state?: string) =>
  (page: string): string => {
    const counted =
      count === 0 ? page : critical === 0 ? texts.tab({ count, page }) : texts.tabCritical({ count, critical, page })
    return state === undefined ? counted : texts.tabState({ state, page: counted })
  }

interface Base {
  readonly state: string
  readonly sign: Sign
  /** What the header and the tab say of it, where it is graver than open cases. */
  readonly word?: string
}

const baseOf = (overview: Overview): Base => {
  const bound = boundIn(overview)
  const [strictest] = bound
  if (strictest !== undefined) {
    const sign = signOfState("trading", strictest.state)
    return { state: boundWords(bound), sign, word: sign.word }
  }
  switch (overview.overall) {
    case "empty":
      return { state: texts.noAccountYet, sign: signOfState("frame", "calm") }
    case "well":
      return { state: texts.healthy, sign: signOfState("frame", "calm") }
    case "critical":
      return { state: texts.trading, sign: signOfState("break", "critical") }
    case "unattended":
      return { state: texts.unattended, sign: signOfState("break", "critical") }
    default:
      return { state: texts.trading, sign: signOfState("frame", "look") }
  }
}

const shortOf = (word: string, { critical }: Overview): string =>
  critical === 0 ? word : texts.wordAndCritical({ word, critical })

const iconOf = (overview: Overview, word: string | undefined): string => {
  if (boundIn(overview).some(({ state }) => state === "halted")) return "/icon-halted.svg"
  return overview.cases > 0 || word !== undefined ? "/icon-attention.svg" : "/icon.svg"
}

/** The verdict of the server in the words of the dashboard. */
export const verdictOf = (overview: Overview): Verdict => {
  const { sign, state, word } = baseOf(overview)
  const cases = overview.cases === 0 ? undefined : casesIn(overview)
  return {
    sign,
    text: cases === undefined ? state : texts.withCases({ state, cases }),
    short: word === undefined ? (cases ?? state) : shortOf(word, overview),
    inTab: inTab(overview, word),
    icon: iconOf(overview, word)
  }
}

/** What a page says that does not hear the daemon: of how it stands it knows nothing. */
export const notConnected: Verdict = {
  sign: signOfState("link", "stale"),
  text: texts.notConnected,
  short: texts.notConnected,
  inTab: (page) => texts.tabState({ state: texts.notConnected, page }),
  icon: "/icon-stale.svg"
}
