import type { Settings as Serving } from "@roundlot/http"
import { Either } from "effect"
import { helps } from "../cli/helps.ts"
import { VERSION } from "../cli/Verb.ts"
import { typesAt } from "../jobs/jobTypes.ts"
import type { Settings } from "../settings/Settings.ts"
import { secretsOf, sendersOf } from "../settings/sources/senders.ts"
import { unsupportedOrders } from "./unsupportedOrders.ts"

/** What the API is served with, as this program's settings say it. */
export const servedWith = (settings: Pick<Settings, "configuration" | "variable">): Serving.Settings => ({
  version: VERSION,
  configuration: settings.configuration,
  variable: settings.variable,
  senders: {
    all: sendersOf(settings.configuration),
    secretsOf: (source) => Either.getOrElse(secretsOf(source, settings), () => [])
  },
  jobTypes: typesAt(settings),
  unsupportedOrders,
  helps
})
