import { Effect } from "effect"
import { turn } from "../ports/Clock.ts"

/** So many steps are done before timers and sockets have their turn. */
const SLICE = 200

/** Takes what is made one by one, so many at a time: others have the thread in between. */
export const sliced = Effect.fnUntraced(function* <A>(each: Iterator<A>, take: (value: A) => void) {
  for (;;) {
    for (let i = 0; i < SLICE; i++) {
      const step = each.next()
      if (step.done === true) return
      take(step.value)
    }
    yield* turn
  }
})
