import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Operating, Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { needed } from "./filters.ts"
import { acting, asTyped, body, idempotent, says } from "./shared.ts"

/** The name of a backup in a path. */
const byBackup = Schema.Struct({ backup: needed("The backup's `name`, as listed.") })

/** Backups of the store, and copies restored from them. */
export const store = acting("store", "Backups of the store, and inactive copies restored from them.")
  .add(
    HttpApiEndpoint.get("backups", "/api/v1/store/backups")
      .addSuccess(Documents.BackupsDocument)
      .middleware(Reading)
      .pipe(says("List backups", "The backups of the store in the daemon's folder of backups, newest first."))
  )
  .add(
    HttpApiEndpoint.post("backUp", "/api/v1/store/backups")
      .setHeaders(idempotent)
      .setPayload(body(Documents.command).annotations(Documents.describedAs("Command")))
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot store backup backups/"),
        says("Back up the store", "Queues a job that backs up the store into one file and audits both.")
      )
  )
  .add(
    HttpApiEndpoint.post("restore", "/api/v1/store/backups/:backup/restore")
      .setPath(byBackup)
      .setHeaders(idempotent)
      .setPayload(body(Documents.command).annotations(Documents.describedAs("Command")))
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot store restore {backup}"),
        says(
          "Restore a copy of a backup",
          "Queues a job that restores a backup into a new, inactive store beside the running one, and audits both. The running store is unchanged."
        )
      )
  )
