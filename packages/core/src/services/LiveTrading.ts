import { Context } from "effect"

/** Whether accounts of real money may be driven. They may not, and nothing outside of this package's own tests says otherwise. */
export class LiveTrading extends Context.Reference<LiveTrading>()("@roundlot/core/LiveTrading", {
  defaultValue: (): boolean => false
}) {}
