import { Schema } from "effect"
import { wordsOf } from "./codeWords.ts"

/** Every control that can stand before an order, what it says, and what an operator can do. */
export const controls = {
  InstrumentUnverified: {
    says: "the broker has not confirmed the instrument yet",
    remedy: "Wait for the broker's answer; 'roundlot instruments list' shows it"
  },
  InstrumentUnknown: {
    says: "the broker does not trade the instrument",
    remedy:
      "Map the symbol to one that it trades, reverse the trades, or confirm it: 'roundlot instruments confirm SYMBOL --reason WHY'"
  },
  Restricted: { says: "the symbol is on the account's restricted list", remedy: "Remove it from the list to trade it" },
  MaxQuantity: {
    says: "it is more than one order may have (limits.orderQuantity; 10,000 shares where it is not set)",
    remedy: "Raise the limit, to a lot at least: 'roundlot controls set --account NAME --order-quantity SHARES'"
  },
  ShortNotAllowed: {
    says: "nothing is held that could be sold, and the account or the instrument may not go short",
    remedy: "Allow shorting for the account if the broker allows it for the instrument, or buy first"
  },
  NotFractionable: {
    says: "the broker has no fractions of the instrument",
    remedy: "Order whole shares"
  },
  FractionHeld: {
    says: "less than a lot is held, and it may not go through zero",
    remedy: "Resolve it manually: the broker cannot sell a fraction of a lot"
  },
  CrossesZero: {
    says: "it would go through zero, which the broker refuses",
    remedy: "Close the holding first; open closing orders count"
  },
  UnsupportedOrder: {
    says: "the broker takes no orders of this type, session and time in force together",
    remedy: "Choose a supported combination; 'roundlot accounts show' lists them"
  },
  GoodTillPassed: {
    says: "the time until which the order was to be good has passed",
    remedy: "Submit it again with a later time"
  },
  NoReferencePrice: {
    says: "a limit in money has no price to judge by that is fresh enough, and the broker quotes none",
    remedy:
      "Give it a price: on the trade, by a source of prices, or on paper by 'roundlot exchange instruct' and '--prices FILE'; or lift the limits by name: 'roundlot controls set --account NAME --order-notional none --daily-notional none --reason WHY'"
  },
  MaxNotional: {
    says: "it is worth more than one order may be (limits.orderNotional; 100,000 dollars where it is not set)",
    remedy:
      "Raise the limit, or lower limits.orderQuantity so that orders are cut: 'roundlot controls set --account NAME --order-notional DOLLARS'"
  },
  OpenResidual: {
    says: "the position owes more than may be worked off without an operator (limits.openResidual, in dollars; 100,000 shares where it is not set)",
    remedy:
      "Check why the residual is so large, then raise the limit: 'roundlot controls set --account NAME --open-residual DOLLARS'"
  },
  DailyNotional: {
    says: "the account would send more on this market date than it may (limits.dailyNotional; 10,000,000 dollars where it is not set)",
    remedy:
      "Wait for the next market date, or raise the limit: 'roundlot controls set --account NAME --daily-notional DOLLARS'"
  },
  OpenOrders: {
    says: "the account's live orders would come to more dollars together than they may (limits.openOrders)",
    remedy:
      "Wait until live orders are filled or cancelled, or raise the limit: 'roundlot controls set --account NAME --open-orders DOLLARS'"
  },
  PositionSize: {
    says: "with its live orders filled, the symbol's holding would be worth more than it may be (limits.position)",
    remedy: "Reduce the holding, or raise the limit: 'roundlot controls set --account NAME --position DOLLARS'"
  },
  GrossPosition: {
    says: "all holdings together, long and short added up, would be worth more than they may be (limits.grossPosition)",
    remedy: "Reduce holdings, or raise the limit: 'roundlot controls set --account NAME --gross-position DOLLARS'"
  },
  NetPosition: {
    says: "long and short holdings would differ by more dollars than they may (limits.netPosition)",
    remedy: "Reduce holdings, or raise the limit: 'roundlot controls set --account NAME --net-position DOLLARS'"
  },
  BuyingPower: {
    says: "it costs more than the broker says that the account may spend",
    remedy: "Deposit cash, or sell; buying power is read again at least every minute"
  },
  PriceCollar: {
    says: "its price is further from that of another source than it may be (limits.collarBp)",
    remedy: "Check which price is wrong; raising the limit needs a reason"
  },
  OrdersPerMinute: {
    says: "the account has sent as many orders within a minute as it may (limits.ordersPerMinute)",
    remedy: "An accumulation order is sent after a minute; a decision must be repeated"
  },
  OppositeOrderLive: {
    says: "a live order stands on the other side of its symbol, and an account does not trade with itself",
    remedy: "Wait until that order ends, or cancel it"
  },
  DuplicateIntent: {
    says: "the same strategy has decided the same within the last minute",
    remedy: "Repeat the decision later if it is intended"
  },
  ReduceOnly: {
    says: "only what closes a holding may be sent now (trading state reduce)",
    remedy: "Resume full trading: 'roundlot controls show' names the scope"
  },
  OwedBound: {
    says: "the order is more than its position owes: a fault of the books, its symbol is halted",
    remedy: "Run 'roundlot audit'; resume the symbol once the cause is fixed"
  }
} as const

/** Is it the name of a control? */
export const isControl = (name: string): name is keyof typeof controls => Object.hasOwn(controls, name)

/** The names of all controls. */
export const controlNames: ReadonlyArray<keyof typeof controls> = Object.keys(controls).filter(isControl)

/** The name of a control, as refusals have it on record: `MaxNotional`. */
export const Control = Schema.Literal(...controlNames)

/** The name of a control. */
export type Control = keyof typeof controls

/** A refusal in a sentence: what its control says. */
export const says = (control: Control): string => `${wordsOf(control)}: ${controls[control].says}`
