import type { Method } from "../src/rules/lot/lots.ts"

/** A case worked by hand. A line is `DATE buy|sell SHARES at PRICE [fee FEE]`, `DATE declared SHARES` or `DATE split TO for FROM`. */
export interface Case {
  readonly id: string
  readonly says: string
  readonly method: Method
  readonly given: ReadonlyArray<string>
  /** `LOT>CLOSED BY SHARES cost COST proceeds PROCEEDS = PROFIT TERM [washed SHARES: DOLLARS by FILLS]`; `?` is not known. */
  readonly closed: ReadonlyArray<string>
  /** `LOT long|short SHARES cost COST`: of a short one what was received. */
  readonly open: ReadonlyArray<string>
}

const TWO_LOTS = ["2026-01-05 buy 10 at 100", "2026-01-06 buy 10 at 120"]

export const cases: ReadonlyArray<Case> = [
  {
    id: "LOT-1",
    says: "a sale of a part leaves the rest of its lot",
    method: "fifo",
    given: ["2026-01-05 buy 10 at 100", "2026-06-05 sell 4 at 110"],
    closed: ["F1>F2 4 cost 400 proceeds 440 = 40 short"],
    open: ["F1 long 6 cost 600"]
  },
  {
    id: "LOT-3",
    says: "fees are part of what was paid and off what was received",
    method: "fifo",
    given: ["2026-01-05 buy 10 at 100 fee 1", "2026-06-05 sell 4 at 110 fee 0.5"],
    closed: ["F1>F2 4 cost 400.4 proceeds 439.5 = 39.1 short"],
    open: ["F1 long 6 cost 600.6"]
  },
  {
    id: "LOT-3",
    says: "what does not divide leaves its remainder with the last part",
    method: "fifo",
    given: [
      "2026-01-05 buy 3 at 10 fee 1",
      "2026-06-05 sell 1 at 10 fee 0",
      "2026-06-05 sell 1 at 10 fee 0",
      "2026-06-05 sell 1 at 10 fee 0"
    ],
    closed: [
      "F1>F2 1 cost 10.333333333333333333 proceeds 10 = -0.333333333333333333 short",
      "F1>F3 1 cost 10.333333333333333334 proceeds 10 = -0.333333333333333334 short",
      "F1>F4 1 cost 10.333333333333333333 proceeds 10 = -0.333333333333333333 short"
    ],
    open: []
  },
  {
    id: "LOT-3",
    says: "nothing is lost of the smallest amount",
    method: "fifo",
    given: [
      "2026-01-05 buy 3 at 0.000000000000000001 fee 0.000000000000000001",
      "2026-06-05 sell 1.5 at 1",
      "2026-06-05 sell 1.5 at 1"
    ],
    closed: [
      "F1>F2 1.5 cost 0.000000000000000002 proceeds 1.5 = 1.499999999999999998 short",
      "F1>F3 1.5 cost 0.000000000000000002 proceeds 1.5 = 1.499999999999999998 short"
    ],
    open: []
  },
  {
    id: "LOT-3",
    says: "a fee that is not known is said, and what is known counts",
    method: "fifo",
    given: ["2026-01-05 buy 10 at 100 fee ?", "2026-06-05 sell 10 at 110 fee 1"],
    closed: ["F1>F2 10 cost 1000 proceeds 1099 = 99 short, a fee is not known"],
    open: []
  },
  {
    id: "LOT-4",
    says: "first in first out",
    method: "fifo",
    given: [...TWO_LOTS, "2026-06-05 sell 15 at 130"],
    closed: ["F1>F3 10 cost 1000 proceeds 1300 = 300 short", "F2>F3 5 cost 600 proceeds 650 = 50 short"],
    open: ["F2 long 5 cost 600"]
  },
  {
    id: "LOT-4",
    says: "last in first out",
    method: "lifo",
    given: [...TWO_LOTS, "2026-06-05 sell 15 at 130"],
    closed: ["F2>F3 10 cost 1200 proceeds 1300 = 100 short", "F1>F3 5 cost 500 proceeds 650 = 150 short"],
    open: ["F1 long 5 cost 500"]
  },
  {
    id: "LOT-4",
    says: "highest in first out, by the cost of a share and not of the lot",
    method: "hifo",
    given: [
      "2026-01-05 buy 10 at 100",
      "2026-01-06 buy 1 at 120",
      "2026-01-07 buy 5 at 110",
      "2026-06-05 sell 3 at 130"
    ],
    closed: ["F2>F4 1 cost 120 proceeds 130 = 10 short", "F3>F4 2 cost 220 proceeds 260 = 40 short"],
    open: ["F1 long 10 cost 1000", "F3 long 3 cost 330"]
  },
  {
    id: "LOT-4",
    says: "of lots at one cost the older goes first, and what costs an unknown sum last",
    method: "hifo",
    given: [
      "2026-01-05 buy 1 at ?",
      "2026-01-06 buy 1 at 100",
      "2026-01-07 buy 1 at ?",
      "2026-01-08 buy 1 at 100",
      "2026-01-09 buy 1 at 90",
      "2026-06-05 sell 4 at 130"
    ],
    closed: [
      "F2>F6 1 cost 100 proceeds 130 = 30 short",
      "F4>F6 1 cost 100 proceeds 130 = 30 short",
      "F5>F6 1 cost 90 proceeds 130 = 40 short",
      "F1>F6 1 cost ? proceeds 130 = ? short"
    ],
    open: ["F3 long 1 cost ?"]
  },
  {
    id: "LOT-4",
    says: "of short lots that with the lowest proceeds gains least",
    method: "hifo",
    given: ["2026-01-05 sell 1 at 100", "2026-01-06 sell 1 at 90", "2026-06-05 buy 1 at 80"],
    closed: ["F2>F3 1 cost 80 proceeds 90 = 10 short"],
    open: ["F1 short 1 cost 100"]
  },
  {
    id: "LOT-4",
    says: "at the average of all that is open, the oldest for its term",
    method: "average",
    given: [...TWO_LOTS, "2026-06-05 sell 15 at 130", "2026-06-06 buy 5 at 130", "2026-06-08 sell 2 at 130"],
    closed: [
      "F1>F3 10 cost 1100 proceeds 1300 = 200 short",
      "F2>F3 5 cost 550 proceeds 650 = 100 short",
      "F2>F5 2 cost 240 proceeds 260 = 20 short"
    ],
    open: ["F2 long 3 cost 360", "F4 long 5 cost 600"]
  },
  {
    id: "LOT-5",
    says: "a sale of what is not held opens a short lot, and a purchase closes it",
    method: "fifo",
    given: ["2026-01-05 sell 10 at 100 fee 1", "2026-06-05 buy 10 at 90 fee 1"],
    closed: ["F1>F2 10 cost 901 proceeds 999 = 98 short"],
    open: []
  },
  {
    id: "LOT-5",
    says: "a sale through zero closes what is held and opens the rest short, its fee by shares",
    method: "fifo",
    given: ["2026-01-05 buy 4 at 100", "2026-06-05 sell 10 at 110 fee 1"],
    closed: ["F1>F2 4 cost 400 proceeds 439.6 = 39.6 short"],
    open: ["F2 short 6 cost 659.4"]
  },
  {
    id: "LOT-6",
    says: "a split changes shares and keeps the cost",
    method: "fifo",
    given: ["2026-01-05 buy 5 at 100", "2026-02-05 split 2 for 1", "2026-06-05 sell 4 at 60"],
    closed: ["F1>F3 4 cost 200 proceeds 240 = 40 short"],
    open: ["F1 long 6 cost 300"]
  },
  {
    id: "LOT-6",
    says: "what a joining leaves uneven sums up to what the books hold",
    method: "fifo",
    given: ["2026-01-05 buy 1 at 10", "2026-01-06 buy 1 at 20", "2026-01-07 buy 1 at 30", "2026-02-05 split 1 for 3"],
    closed: [],
    open: ["F1 long 0.333333333333 cost 10", "F2 long 0.333333333334 cost 20", "F3 long 0.333333333333 cost 30"]
  },
  {
    id: "LOT-7",
    says: "what was declared has no cost, and its profit is not known",
    method: "fifo",
    given: ["2026-01-05 declared 5", "2026-01-06 buy 5 at 100", "2026-06-05 sell 7 at 110"],
    closed: ["D>F3 5 cost ? proceeds 550 = ? term not known", "F2>F3 2 cost 200 proceeds 220 = 20 short"],
    open: ["F2 long 3 cost 300"]
  },
  {
    id: "LOT-7",
    says: "an execution without a price has no profit, and an average with it has none either",
    method: "average",
    given: ["2026-01-05 buy 5 at ?", "2026-01-06 buy 5 at 100", "2026-06-05 sell 5 at 110"],
    closed: ["F1>F3 5 cost ? proceeds 550 = ? short"],
    open: ["F2 long 5 cost ?"]
  },
  {
    id: "LOT-8",
    says: "a loss is washed by a purchase within 30 days after, as far as that goes",
    method: "fifo",
    given: ["2026-01-05 buy 10 at 100", "2026-06-05 sell 10 at 90", "2026-07-05 buy 4 at 91"],
    closed: ["F1>F2 10 cost 1000 proceeds 900 = -100 short washed 4: 40 by F3 4"],
    open: ["F3 long 4 cost 364"]
  },
  {
    id: "LOT-8",
    says: "31 days after it is not",
    method: "fifo",
    given: ["2026-01-05 buy 10 at 100", "2026-06-05 sell 10 at 90", "2026-07-06 buy 4 at 91"],
    closed: ["F1>F2 10 cost 1000 proceeds 900 = -100 short"],
    open: ["F3 long 4 cost 364"]
  },
  {
    id: "LOT-8",
    says: "30 days before is within, 31 is not",
    method: "fifo",
    given: [
      "2026-01-05 buy 10 at 100",
      "2026-05-05 buy 3 at 100",
      "2026-05-06 buy 1 at 100",
      "2026-06-05 sell 10 at 90"
    ],
    closed: ["F1>F4 10 cost 1000 proceeds 900 = -100 short washed 1: 10 by F3 1"],
    open: ["F2 long 3 cost 300", "F3 long 1 cost 100"]
  },
  {
    id: "LOT-8",
    says: "what the same sale closes replaces nothing",
    method: "fifo",
    given: ["2026-06-01 buy 10 at 100", "2026-06-02 buy 3 at 100", "2026-06-05 sell 12 at 90"],
    closed: [
      "F1>F3 10 cost 1000 proceeds 900 = -100 short washed 1: 10 by F2 1",
      "F2>F3 2 cost 200 proceeds 180 = -20 short"
    ],
    open: ["F2 long 1 cost 100"]
  },
  {
    id: "LOT-8",
    says: "a purchase before replaces where it is still held, the lot that is sold never itself, and no share twice",
    method: "fifo",
    given: [
      "2026-06-01 buy 10 at 100",
      "2026-06-02 buy 3 at 100",
      "2026-06-05 sell 8 at 90",
      "2026-06-08 sell 2 at 90"
    ],
    closed: [
      "F1>F3 8 cost 800 proceeds 720 = -80 short washed 3: 30 by F2 3",
      "F1>F4 2 cost 200 proceeds 180 = -20 short"
    ],
    open: ["F2 long 3 cost 300"]
  },
  {
    id: "LOT-8",
    says: "a split between a loss and what replaces it is counted",
    method: "fifo",
    given: [
      "2026-01-05 buy 10 at 100",
      "2026-06-05 sell 10 at 90",
      "2026-06-08 split 2 for 1",
      "2026-06-09 buy 10 at 45"
    ],
    closed: ["F1>F2 10 cost 1000 proceeds 900 = -100 short washed 5: 50 by F4 5"],
    open: ["F4 long 10 cost 450"]
  },
  {
    id: "LOT-8",
    says: "a split that leaves shares uneven leaves none of a closed lot that could replace",
    method: "fifo",
    given: [
      "2026-06-01 buy 2 at 100",
      "2026-06-01 buy 2 at 100",
      "2026-06-02 split 1 for 3",
      "2026-06-03 sell 1.333333333333 at 90"
    ],
    closed: [
      "F1>F4 0.666666666667 cost 200 proceeds 60.00000000003 = -139.99999999997 short",
      "F2>F4 0.666666666666 cost 200 proceeds 59.99999999994 = -140.00000000006 short"
    ],
    open: []
  },
  {
    id: "LOT-8",
    says: "an execution of before a split that came after it is looked at by its date",
    method: "fifo",
    given: [
      "2026-01-05 buy 4 at 100",
      "2026-05-05 buy 1 at 100",
      "2026-06-10 sell 1 at 90",
      "2026-06-12 split 1 for 1",
      "2026-06-02 sell 1 at 90"
    ],
    closed: [
      "F1>F3 1 cost 100 proceeds 90 = -10 short",
      "F1>F5 1 cost 100 proceeds 90 = -10 short washed 1: 10 by F2 1"
    ],
    open: ["F1 long 2 cost 200", "F2 long 1 cost 100"]
  },
  {
    id: "LOT-9",
    says: "a year to the day is short, a day more is long",
    method: "fifo",
    given: ["2026-01-05 buy 2 at 100", "2027-01-05 sell 1 at 110", "2027-01-06 sell 1 at 110"],
    closed: ["F1>F2 1 cost 100 proceeds 110 = 10 short", "F1>F3 1 cost 100 proceeds 110 = 10 long"],
    open: []
  },
  {
    id: "LOT-9",
    says: "what was bought on 29 February is long on 1 March",
    method: "fifo",
    given: ["2028-02-29 buy 2 at 100", "2029-02-28 sell 1 at 110", "2029-03-01 sell 1 at 110"],
    closed: ["F1>F2 1 cost 100 proceeds 110 = 10 short", "F1>F3 1 cost 100 proceeds 110 = 10 long"],
    open: []
  },
  {
    id: "LOT-9",
    says: "what was bought on the last day of a February is long from March on, in a leap year as well",
    method: "fifo",
    given: [
      "2027-02-28 buy 2 at 100",
      "2028-02-28 buy 1 at 100",
      "2028-02-29 sell 1 at 110",
      "2028-03-01 sell 1 at 110",
      "2029-03-01 sell 1 at 110"
    ],
    closed: [
      "F1>F3 1 cost 100 proceeds 110 = 10 short",
      "F1>F4 1 cost 100 proceeds 110 = 10 long",
      "F2>F5 1 cost 100 proceeds 110 = 10 long"
    ],
    open: []
  },
  {
    id: "LOT-9",
    says: "a short position is short, however long it was open",
    method: "fifo",
    given: ["2026-01-05 sell 1 at 100", "2028-01-05 buy 1 at 90"],
    closed: ["F1>F2 1 cost 90 proceeds 100 = 10 short"],
    open: []
  }
]
