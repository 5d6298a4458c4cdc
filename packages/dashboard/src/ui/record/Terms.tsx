import { termsWords } from "../../words/terms.ts"
import { useSettings } from "../parts/settings.ts"

/** How an order is executed, in words. */
export const Terms = ({ of }: { readonly of: Parameters<typeof termsWords>[0] }) => termsWords(of, useSettings().utc)
