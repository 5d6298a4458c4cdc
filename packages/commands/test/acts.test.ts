import { Account, AccountName, Commands, Roundlot } from "@roundlot/core"
import { carryingOut, verdicts } from "@roundlot/commands"
import { Effect, Either, Option } from "effect"
import { expect, it } from "vitest"

const main = AccountName.AccountName.make("main")

const withAccount = <A, E>(acting: Effect.Effect<A, E, Roundlot.Services | Roundlot.Foundations>) =>
  Commands.Commands.pipe(
    Effect.flatMap((commands) => commands.setAccount(main, Account.defaultSettings, "test", undefined)),
    Effect.zipRight(acting),
    Effect.provide(Roundlot.layerMemory),
    Effect.runPromise
  )

const scopeOf = (account: string) =>
  verdicts.scopeOf({ account: Option.some(account), symbol: Option.some("AAPL"), all: false })

it("a command is carried out once for its id, and its second answer is the first", () =>
  withAccount(
    Effect.gen(function* () {
      const { account, scope } = yield* scopeOf("main")
      const asked = { actor: "ops", account, command: { _tag: "Halt", scope } as const, reason: "news" }
      const halted = carryingOut.carryOut({ ...asked, commandId: Option.some("h-1") })
      expect(yield* halted).toEqual(yield* halted)
      expect((yield* halted).done).toContain("AAPL")
    })
  ))

it("an account that is not there is refused with the nearest", () =>
  withAccount(
    Effect.gen(function* () {
      const found = yield* Effect.either(scopeOf("mian"))
      expect(Either.getLeft(found).pipe(Option.getOrThrow)).toMatchObject({
        _tag: "UsageError",
        remedy: "Did you mean 'main'?",
        field: "account"
      })
    })
  ))
