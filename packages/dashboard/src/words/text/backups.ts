import { messages } from "./messages.ts"

/** Texts of backups, and of the copies that are restored from them. */
export const texts = messages({
  backups: "Backups",
  backupsIn: "in {folder} on the daemon's host",
  noBackups: "No backups yet. 'Back up now' makes one; the daemon keeps trading.",
  backUpNow: "Back up now",
  backsUp: "A process beside the daemon copies the store into one file and audits both. Trading continues.",
  booksUnchanged: "The books are not changed.",
  restoreCopy: "Restore a copy…",
  restoreCopyOf: "Restore a copy of {backup}",
  restores: "A process beside the daemon restores the backup into a new file beside the store and audits both.",
  copyIsInactive: "The copy is inactive: it accepts no trades and sends no orders.",
  storeStays: "The running store stays unchanged, and trading continues.",
  restoreByCommand: "Restore it on the command line into an empty store:",
  alreadyRestored: "Restored: {copy}",
  latestCopy: "Latest restored copy",
  restoredCopies: "Restored copies",
  newestCopies: "the newest 20",
  noCopies: "No copies restored yet.",
  auditClean: "Audit clean: the copy has {entries} entries and no findings.",
  lacksNothing: "The running store has no entries that the copy lacks.",
  lacks: {
    one: "The running store had {count} entry that the copy lacks. It is lost when the copy is activated.",
    other: "The running store had {count} entries that the copy lacks. They are lost when the copy is activated."
  },
  takeOver: "To take over with the copy: stop the daemon (Ctrl-C or its service), then run:",
  lackedGrow: "If entries were added since, the command prints the count and stops.",
  copying: "Copying and auditing: {step}"
})
