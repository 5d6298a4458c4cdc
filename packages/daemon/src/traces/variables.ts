import type { Settings } from "../Settings.ts"

/** What OpenTelemetry names the address of a collector by. */
export const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"

const isAddress = (text: string): boolean => URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol)

/** The address of the collector that is named, without a slash at its end; none where it is no address. */
export const addressIn = (variable: Settings["variable"]): string | undefined => {
  const named = variable(ENDPOINT)
  return named !== undefined && isAddress(named) ? named.replace(/(?<!\/)\/+$/, "") : undefined
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return text.trim()
  }
}

/** Pairs as OpenTelemetry writes headers and attributes: `key1=value1,key2=value2`, values percent-encoded. */
export const pairsIn = (text = ""): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1))] as const]
    })
  )
