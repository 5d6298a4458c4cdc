import { Schema } from "effect"
import { wordsOf } from "./codeWords.ts"

/** Every control that can stand before an order, what it says, and what an operator can do. */
export const controls = {
  InstrumentUnverified: {
    says: "the broker has not confirmed the instrument yet",
    remedy: "Wait for the broker's answer"
  },
  InstrumentUnknown: {
    says: "the broker does not trade the instrument",
    remedy: "Map the symbol to one that it trades, reverse the trades, or confirm the symbol"
  },
  Restricted: { says: "the symbol is on the account's restricted list", remedy: "Remove it from the list to trade it" },
  MaxQuantity: {
    says: "the order exceeds the shares per order (limits.orderQuantity; default 10,000 shares)",
    remedy: "Raise the limit, to a lot at least"
  },
  ShortNotAllowed: {
    says: "no shares are held to sell, and the account or the instrument may not be sold short",
    remedy: "Allow shorting for the account if the broker allows it for the instrument, or buy first"
  },
  NotFractionable: {
    says: "the broker does not trade fractions of the instrument",
    remedy: "Order whole shares"
  },
  FractionHeld: {
    says: "less than a lot is held, and the position may not cross zero",
    remedy: "Resolve it manually: the broker cannot sell a fraction of a lot"
  },
  CrossesZero: {
    says: "the position would cross zero, which the broker rejects",
    remedy: "Close the holding first; open closing orders count"
  },
  UnsupportedOrder: {
    says: "the broker does not support this combination of order type, session and time in force",
    remedy: "Choose a supported combination"
  },
  GoodTillPassed: {
    says: "the good-till time of the order has passed",
    remedy: "Submit it again with a later time"
  },
  NoReferencePrice: {
    says: "a limit in dollars needs a current price, and the broker quotes none",
    remedy: "Provide a price, on the trade or from a price source, or lift the limits in dollars"
  },
  MaxNotional: {
    says: "the order exceeds the dollars per order (limits.orderNotional; default 100,000 dollars)",
    remedy: "Raise the limit, or lower limits.orderQuantity so that orders are cut"
  },
  OpenResidual: {
    says: "the residual exceeds what may be ordered without an operator (limits.openResidual, in dollars; default 100,000 shares)",
    remedy: "Check why the residual is so large, then raise the limit"
  },
  DailyNotional: {
    says: "the account would exceed its dollars per market date (limits.dailyNotional; default 10,000,000 dollars)",
    remedy: "Wait for the next market date, or raise the limit"
  },
  OpenOrders: {
    says: "the account would exceed its dollars of live orders (limits.openOrders)",
    remedy: "Wait until live orders are filled or cancelled, or raise the limit"
  },
  PositionSize: {
    says: "with its live orders filled, the symbol would exceed its dollars per position (limits.position)",
    remedy: "Reduce the holding, or raise the limit"
  },
  GrossPosition: {
    says: "all holdings, long plus short, would exceed the gross limit in dollars (limits.grossPosition)",
    remedy: "Reduce holdings, or raise the limit"
  },
  NetPosition: {
    says: "all holdings, long less short, would exceed the net limit in dollars (limits.netPosition)",
    remedy: "Reduce holdings, or raise the limit"
  },
  BuyingPower: {
    says: "the order costs more than the account's buying power at the broker",
    remedy: "Deposit cash, or sell; buying power is read again at least every minute"
  },
  PriceCollar: {
    says: "the order's price is outside the collar around another source's price (limits.collarBp)",
    remedy: "Check which price is wrong; raising the limit needs a reason"
  },
  OrdersPerMinute: {
    says: "the account has reached its orders per minute (limits.ordersPerMinute)",
    remedy: "An accumulation order is sent after a minute; a decision must be repeated"
  },
  OppositeOrderLive: {
    says: "an order on the other side of the symbol is live, and an account does not trade with itself",
    remedy: "Wait until that order ends, or cancel it"
  },
  DuplicateIntent: {
    says: "the same strategy made the same decision within the last minute",
    remedy: "Repeat the decision later if it is intended"
  },
  ReduceOnly: {
    says: "only orders that reduce a position may be sent (trading state reduce)",
    remedy: "Resume full trading"
  },
  OwedBound: {
    says: "the order exceeds the residual of its position: an error in the books; the symbol is halted",
    remedy: "Run an audit; resume the symbol once the cause is fixed"
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
