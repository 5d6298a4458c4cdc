import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Client from "@roundlot/api/client"
import { Cause, Effect, Exit } from "effect"
import { LONGEST_READING_MS, noAnswer, problemOf } from "./problem.ts"

const making = Client.make({ baseUrl: window.location.origin }).pipe(Effect.provide(FetchHttpClient.layer))

/** Everything that the daemon serves, typed by its definition. */
export type Api = Effect.Effect.Success<typeof making>

let made: Promise<Api> | undefined

/** Calls the daemon. Fails with a `ProblemError`. */
export const call = async <A, E>(use: (api: Api) => Effect.Effect<A, E>): Promise<A> => {
  made ??= Effect.runPromise(making)
  const exit = await Effect.runPromiseExit(use(await made))
  if (Exit.isSuccess(exit)) return exit.value
  throw problemOf(Cause.squash(exit.cause))
}

/** Reads of the daemon. Fails with a `ProblemError`, also where no answer comes. */
export const readOf = <A, E>(use: (api: Api) => Effect.Effect<A, E>): Promise<A> =>
  call((api) => Effect.timeoutFail(use(api), { duration: LONGEST_READING_MS, onTimeout: noAnswer }))
