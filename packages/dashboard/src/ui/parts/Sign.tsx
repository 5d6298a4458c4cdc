import type { ReactNode } from "react"
import { signOfCoolDown, signOfState, type Family } from "../../words/signs.ts"
import type { Shape, Sign as SignOf } from "../../words/families.ts"
import { Explained } from "./Help.tsx"
import { useNow } from "./settings.ts"

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

const cutOf = (outline: string, path: string, strokeWidth: number = cut.strokeWidth) => (
  <>
    <path d={outline} fill="currentColor" />
    <path d={path} {...cut} strokeWidth={strokeWidth} />
  </>
)

const diamond = (inside: ReactNode) => (
  <>
    <path d="M8 1.2 14.8 8 8 14.8 1.2 8z" {...line} strokeLinejoin="round" />
    {inside}
  </>
)

const ringed = (inside: ReactNode) => (
  <>
    <circle cx="8" cy="8" r="6.2" {...line} />
    {inside}
  </>
)

const disc = <circle cx="8" cy="8" r="7" fill="currentColor" />

const RADIUS = 6

/** A disc that is filled clockwise from its top to a share; a little of it is always seen, and a little always missing. */
const pie = (share: number): string => {
  const angle = 2 * Math.PI * Math.min(0.97, Math.max(0.03, share))
  const end = `${(8 + RADIUS * Math.sin(angle)).toFixed(2)} ${(8 - RADIUS * Math.cos(angle)).toFixed(2)}`
  return `M8 8V${8 - RADIUS}A${RADIUS} ${RADIUS} 0 ${angle > Math.PI ? 1 : 0} 1 ${end}z`
}

const clock = "M8 6.4v3.2l1.9 1.3"

const shapes: Readonly<Record<Exclude<Shape, "disc-part">, ReactNode>> = {
  ring: ringed(null),
  "ring-arrow": ringed(<path d="M8 11V5M5.6 7.2 8 4.8l2.4 2.4" {...line} />),
  "ring-back": ringed(<path d="M10.6 10.4c.4-2.2-1-3.7-4.4-3.4M7.6 5.2 5.6 7.1l2.2 1.8" {...line} strokeWidth={1.3} />),
  "ring-mark": ringed(<path d="M8 4.8v3.8m0 2.4v.2" {...line} />),
  disc,
  "disc-dot": ringed(<circle cx="8" cy="8" r="3" fill="currentColor" />),
  "disc-tick": (
    <>
      {disc}
      <path d="m4.8 8.2 2.2 2.2 4.2-4.6" {...cut} />
    </>
  ),
  "disc-notch": <path d="M8 8V1A7 7 0 1 0 12.95 3.05z" fill="currentColor" />,
  "tick-quiet": (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} strokeWidth={1.2} />
      <path d="m5.2 8.2 2 2 3.6-4" {...line} strokeWidth={1.2} />
    </>
  ),
  bars: <path d="M2 4h6M2 8h9M2 12h12" {...line} strokeWidth={2.2} />,
  squares: (
    <>
      <path d="M5 4.6V3a1.4 1.4 0 0 1 1.4-1.4H13A1.4 1.4 0 0 1 14.4 3v6.6A1.4 1.4 0 0 1 13 11h-1.6" {...line} />
      <rect x="1.6" y="5" width="9.4" height="9.4" rx="1.4" {...line} />
    </>
  ),
  "square-x": inSquare("m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2"),
  "square-clock": inSquare("M8 5v3.2l2.2 1.4"),
  "square-back": inSquare("M10.8 10.6c.4-2.4-1-4-4.8-3.6M7.6 5 5.4 7.1l2.4 2"),
  "square-struck": inSquare("M5.8 5v6M9 5h1.8v6H9zM3.8 8h8.4"),
  "square-tick": inSquare("m5.2 8.2 2 2 3.6-4"),
  octagon: <path d={OCTAGON} fill="currentColor" />,
  "octagon-x": cutOf(OCTAGON, "m5.5 5.5 5 5m0-5-5 5"),
  "octagon-mark": cutOf(OCTAGON, "M8 4.4v4.2m0 2.6v.2"),
  "octagon-pause": cutOf(OCTAGON, "M6.2 5.4v5.2m3.6-5.2v5.2"),
  "octagon-plug": cutOf(OCTAGON, "M6.4 3.8v2.4m3.2-2.4v2.4M5 6.4h6v1.4a3 3 0 0 1-6 0zM8 11v1.6"),
  "octagon-struck": cutOf(OCTAGON, "M4 12 12 4"),
  triangle: cutOf(TRIANGLE, "M8 6v3.6m0 2.2v.2"),
  "triangle-clock": (
    <>
      <path d={TRIANGLE} {...line} strokeWidth={1.3} strokeLinejoin="round" />
      <path d={clock} {...line} strokeWidth={1.4} />
    </>
  ),
  "triangle-dollar": cutOf(TRIANGLE, "M9.6 8C9 7 6.5 7 6.5 8.6s3.1.9 3.1 2.4-2.6 1.6-3.3.5M8 5.8v7.6", 1),
  "triangle-up": cutOf(TRIANGLE, "M8 13V7M5.6 9.2 8 6.8l2.4 2.4", 1.3),
  "triangle-ends": cutOf(TRIANGLE, "M8 5.6v8M6.4 7.2 8 5.6l1.6 1.6M6.4 12 8 13.6 9.6 12", 1.1),
  "diamond-half": diamond(<path d="M8 1.2v13.6L1.2 8z" fill="currentColor" />),
  "diamond-equal": diamond(<path d="M5.4 6.7h5.2M5.4 9.3h5.2" {...line} strokeWidth={1.3} />),
  "diamond-unequal": diamond(<path d="M5.2 6.8h5.6M5.2 9.2h5.6M9.4 5 6.6 11" {...line} strokeWidth={1.2} />),
  hatched: (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} strokeDasharray="2.4 2" />
      <path d="m5 11 6-6M4 8l4-4M8 12l4-4" {...line} strokeWidth={1} />
    </>
  ),
  "arrow-up": <path d="M4 12 12 4M6 4h6v6" {...line} />,
  "arrow-down": <path d="m4 4 8 8M6 12h6V6" {...line} />
}

const drawnOf = ({ shape, share = 0.5 }: Pick<SignOf, "shape" | "share">): ReactNode =>
  shape === "disc-part" ? ringed(<path d={pie(share)} fill="currentColor" />) : shapes[shape]

/** The drawing of a sign alone; beside it stands its word. */
export const SignIcon = ({ sign }: { readonly sign: Pick<SignOf, "shape" | "share"> }) => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" data-shape={sign.shape}>
    {drawnOf(sign)}
  </svg>
)

/** Icon, word and tone of a sign, and what it means a tap away. */
export const SignView = ({ sign, tail }: { readonly sign: SignOf; readonly tail?: string | undefined }) => (
  <Explained help={sign.help} className={`sign tone-${sign.tone}`}>
    <SignIcon sign={sign} />
    <span>
      {sign.word}
      {tail === undefined ? "" : ` ${tail}`}
    </span>
  </Explained>
)

/** The state of a record, where its word says all. */
export const StateSign = (props: {
  readonly family: Family
  readonly state: string
  readonly tail?: string | undefined
}) => <SignView sign={signOfState(props.family, props.state)} tail={props.tail} />

/** Something that waits until a moment, which ticks; nothing once it has come. */
export const CoolDown = ({ until }: { readonly until: string | null }) => {
  const sign = signOfCoolDown(until, useNow())
  return sign === undefined ? null : <SignView sign={sign} />
}

/** Buy or sell, by arrow, word and colour. */
export const Side = ({ side }: { readonly side: string }) => {
  const sign = signOfState("side", side)
  return (
    <Explained help={sign.help} className={`side ${sign.tone}`}>
      <SignIcon sign={sign} />
      {sign.word}
    </Explained>
  )
}
