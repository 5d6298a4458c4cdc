import type { Documents } from "@roundlot/api"

/** What the connection to the daemon's stream tells a page. Times are milliseconds of the machine's clock. */
export type Told =
  | { readonly kind: "open"; readonly at: number }
  | { readonly kind: "heard"; readonly at: number; readonly quietSince: number }
  | { readonly kind: "commit"; readonly at: number; readonly commit: Documents.CommitDocument }
  | { readonly kind: "begun"; readonly cursor: string }
  | { readonly kind: "retrying"; readonly attempt: number; readonly nextAt: number }
  /** The place in the stream is gone: what is shown must be read again. */
  | { readonly kind: "lost" }
  | { readonly kind: "signedOut" }
