import * as FileSystem from "@effect/platform/FileSystem"
import { Listing } from "@roundlot/broker-paper"
import type { AccountName } from "@roundlot/core"
import { Effect } from "effect"
import { SettingsError } from "@roundlot/commands/errors"
import type { Configuration } from "@roundlot/daemon/configuration"

/** Reads the listing files that a configuration names, by account. */
export const listingsOf = ({
  listings
}: Pick<Configuration.Configuration, "listings">): Effect.Effect<
  ReadonlyMap<AccountName.AccountName, Listing.Listing>,
  SettingsError,
  FileSystem.FileSystem
> =>
  Effect.map(
    Effect.forEach(listings, ([account, file]) =>
      Effect.map(readListing(account, file), (listing) => [account, listing] as const)
    ),
    (read) => new Map(read)
  )

const readListing = (account: AccountName.AccountName, file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(fs.readFileString(file), (error) => {
      const isMissing = error._tag === "SystemError" && error.reason === "NotFound"
      const problem = isMissing ? `${file} does not exist` : `${file} cannot be read (${error.message})`
      const remedy = "Check the path and its permissions; a relative one begins at the folder of the configuration"
      return new SettingsError({ place: `accounts.${account}.listing`, problem, remedy })
    })
    return yield* Effect.mapError(
      Listing.parse(text, file),
      ({ line, problem, remedy }) => new SettingsError({ place: `${file}, line ${line}`, problem, remedy })
    )
  })
