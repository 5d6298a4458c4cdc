import { Access } from "@roundlot/api"
import { Effect, Layer } from "effect"

const caller = Effect.succeed({ name: "api", role: "operate" } as const)

/** Who calls, and whether he may. On this machine everybody may do everything. */
export const layer = Layer.mergeAll(
  Layer.succeed(Access.Reading, caller),
  Layer.succeed(Access.Trading, caller),
  Layer.succeed(Access.Operating, caller)
)
