import { useState } from "react"
import { copyText } from "./copying.ts"
import { texts } from "../../words/text/parts.ts"

const LONGEST = 64

/** Copies an id: seen while a pointer or the focus is on either, and always where there is no pointer to hover with. */
export const CopyId = ({ id }: { readonly id: string }) => {
  const [isCopied, setCopied] = useState(false)
  const forget = (): void => setCopied(false)
  const isLong = id.length > LONGEST
  const name = isCopied
    ? isLong
      ? texts.copiedTheId
      : texts.copiedId({ id })
    : isLong
      ? texts.copyTheId
      : texts.copyId({ id })
  return (
    <button
      type="button"
      className="copy"
      aria-label={name}
      title={name}
      onClick={() => {
        void copyText(id).then(setCopied)
      }}
      onBlur={forget}
      onMouseLeave={forget}
    >
      <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path
          d={isCopied ? "m3.5 8.5 3 3 6-7" : "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z"}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.4"
          strokeLinejoin="round"
        />
      </svg>
    </button>
  )
}
