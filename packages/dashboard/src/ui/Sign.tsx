import type { ReactNode } from "react"
import { signOfState, type Family, type Shape, type Sign as SignOf } from "../words/signs.ts"
import { Explained } from "./Help.tsx"

const OCTAGON = "M5 1h6l4 4v6l-4 4H5l-4-4V5z"
const TRIANGLE = "M8 1.2 15.4 14.6H.6z"
const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.6, strokeLinecap: "round" } as const
const cut = {
  fill: "none",
  stroke: "var(--surface)",
  strokeWidth: 1.7,
  strokeLinecap: "round",
  strokeLinejoin: "round"
} as const

const inSquare = (path: string) => (
  <>
    <rect x="2" y="2" width="12" height="12" rx="2" {...line} />
    <path d={path} {...line} />
  </>
)

const cutOf = (outline: string, path: string) => (
  <>
    <path d={outline} fill="currentColor" />
    <path d={path} {...cut} />
  </>
)

const shapes: Readonly<Record<Shape, ReactNode>> = {
  ring: <circle cx="8" cy="8" r="6.2" {...line} />,
  "ring-arrow": (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="M8 11V5M5.6 7.2 8 4.8l2.4 2.4" {...line} />
    </>
  ),
  "disc-dot": (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <circle cx="8" cy="8" r="3" fill="currentColor" />
    </>
  ),
  "disc-part": (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="M8 8V2a6 6 0 1 1-5.2 9z" fill="currentColor" />
    </>
  ),
  "disc-tick": (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.2 2.2 2.2 4.2-4.6" {...cut} />
    </>
  ),
  "tick-quiet": (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} strokeWidth={1.2} />
      <path d="m5.2 8.2 2 2 3.6-4" {...line} strokeWidth={1.2} />
    </>
  ),
  bars: <path d="M2 4h6M2 8h9M2 12h12" {...line} strokeWidth={2.2} />,
  "square-x": inSquare("m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2"),
  "square-clock": inSquare("M8 5v3.2l2.2 1.4"),
  "square-back": inSquare("M10.8 10.6c.4-2.4-1-4-4.8-3.6M7.6 5 5.4 7.1l2.4 2"),
  "square-tick": inSquare("m5.2 8.2 2 2 3.6-4"),
  "octagon-x": cutOf(OCTAGON, "m5.5 5.5 5 5m0-5-5 5"),
  "octagon-mark": cutOf(OCTAGON, "M8 4.4v4.2m0 2.6v.2"),
  "octagon-pause": cutOf(OCTAGON, "M6.2 5.4v5.2m3.6-5.2v5.2"),
  triangle: cutOf(TRIANGLE, "M8 6v3.6m0 2.2v.2"),
  "diamond-half": (
    <>
      <path d="M8 1.2 14.8 8 8 14.8 1.2 8z" {...line} strokeLinejoin="round" />
      <path d="M8 1.2v13.6L1.2 8z" fill="currentColor" />
    </>
  ),
  "diamond-unequal": (
    <>
      <path d="M8 1.2 14.8 8 8 14.8 1.2 8z" {...line} strokeLinejoin="round" />
      <path d="M5.2 6.8h5.6M5.2 9.2h5.6M9.4 5 6.6 11" {...line} strokeWidth={1.2} />
    </>
  ),
  hatched: (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} strokeDasharray="2.4 2" />
      <path d="m5 11 6-6M4 8l4-4M8 12l4-4" {...line} strokeWidth={1} />
    </>
  )
}

/** The drawing of a sign alone; beside it stands its word. */
export const SignIcon = ({ shape }: { readonly shape: Shape }) => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    {shapes[shape]}
  </svg>
)

/** Icon, word and tone of a sign, and what it means a tap away. */
export const SignView = ({ sign, tail }: { readonly sign: SignOf; readonly tail?: string | undefined }) => (
  <Explained help={sign.help} className={`sign tone-${sign.tone}`}>
    <SignIcon shape={sign.shape} />
    <span>
      {sign.word}
      {tail === undefined ? "" : ` ${tail}`}
    </span>
  </Explained>
)

/** The state of a record. */
export const StateSign = (props: {
  readonly family: Family
  readonly state: string
  readonly tail?: string | undefined
}) => <SignView sign={signOfState(props.family, props.state)} tail={props.tail} />

/** Buy or sell, by arrow, word and colour. */
export const Side = ({ side }: { readonly side: string }) => (
  <span className={side === "buy" ? "side buy" : "side sell"}>
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={side === "buy" ? "M4 12 12 4M6 4h6v6" : "m4 4 8 8M6 12h6V6"} {...line} />
    </svg>
    {side === "buy" ? "Buy" : side === "sell" ? "Sell" : side}
  </span>
)
