import { keyOf, type Alert, type News } from "../../records/Alert.ts"
import { gravestFirst, gravityOf } from "./gravity.ts"

/** So many alerts stand in a digest one by one; all are counted. What does not stand in it is alerted again by the next program. */
const MOST_IN_DIGEST = 200
const MOST_NAMED = 5

/** Many alerts as one, as grave as the gravest that begins. `id` makes its key. */
export const digestOf = (all: ReadonlyArray<News>, id: string): Omit<Alert, "at" | "verdict"> => {
  const raised = gravestFirst(all.filter((each) => each.status === "raised"))
  const named = raised
    .slice(0, MOST_NAMED)
    .map(({ account, subject, symbol }) => [subject, symbol ?? account].join(" "))
  const [gravest] = raised
  return {
    status: "raised",
    key: keyOf("digest", id),
    kind: "digest",
    account: null,
    symbol: null,
    subject: `${all.length} alerts`,
    caseId: null,
    detail: [`${raised.length} raised, ${all.length - raised.length} over`, ...named].join("; "),
    severity: gravest === undefined ? null : gravityOf(gravest),
    dollars: null,
    of: all.slice(0, MOST_IN_DIGEST)
  }
}
