import { Schema } from "effect"

/** Is it an address where nobody reads along what is posted: over TLS, or on this machine? */
export const isPostAddress = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isHere = url !== undefined && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)
  return url?.protocol === "https:" || (url?.protocol === "http:" && isHere)
}

/** An address that is posted to. */
export const PostAddress = Schema.String.pipe(
  Schema.filter(isPostAddress, {
    message: () => ({ message: "is not an https:// address, or http:// on this host", override: true })
  })
)
