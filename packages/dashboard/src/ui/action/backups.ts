import type { Documents } from "@roundlot/api"
import { texts } from "../../words/text/backups.ts"
import type { Action } from "./Action.ts"
import { askedOnce } from "./command.ts"
import { rehearsal } from "./halting.ts"

/** Has the store backed up. */
export const backUp = ({ folder, store }: Pick<Documents.BackupsDocument, "folder" | "store">): Action => ({
  verb: texts.backUpNow,
  will: [texts.backsUp],
  willNot: [texts.booksUnchanged],
  cli: () => `roundlot store backup ${folder}/ --store ${store}`,
  run: (api, reason, key) => api.store.backUp({ headers: askedOnce(key), payload: { reason } }),
  rehearse: (api) => api.store.backUp({ headers: {}, payload: rehearsal })
})

/** Has a backup restored into a copy beside the running store. */
export const restoreCopy = ({ copy, name }: Documents.BackupDocument, folder: string): Action => ({
  verb: texts.restoreCopyOf({ backup: name }),
  will: [texts.restores, texts.copyIsInactive],
  willNot: [texts.storeStays],
  cli: () => `roundlot store restore ${folder}/${name} --store sqlite:${copy}`,
  run: (api, reason, key) =>
    api.store.restore({ path: { backup: name }, headers: askedOnce(key), payload: { reason } }),
  rehearse: (api) => api.store.restore({ path: { backup: name }, headers: {}, payload: rehearsal })
})
