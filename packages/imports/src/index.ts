/** `BatchFile`: a file of trades as a batch: looked through, checked, submitted once. */
export * as BatchFile from "./BatchFile.ts"
/** `BatchRows`: trades, one by one, into a batch that still collects its rows. */
export * as BatchRows from "./BatchRows.ts"
/** `FolderSource`: a folder into which other programs put files of trades. */
export * as FolderSource from "./folder/FolderSource.ts"
/** `ImportFileError`: a file that cannot be read as one of trades. */
export * as ImportFileError from "./ImportFileError.ts"
/** `RejectedFile`: where the rows lie that were not taken. */
export * as RejectedFile from "./RejectedFile.ts"
/** `StatementFile`: what a broker says that it executed, out of its end-of-day file. */
export * as StatementFile from "./statement/StatementFile.ts"
/** `TradeFile`: CSV or JSON lines, row by row, in the dialect that it has. */
export * as TradeFile from "./TradeFile.ts"
/** `TradeImport`: rows into the books, each exactly once. */
export * as TradeImport from "./TradeImport.ts"
/** `TradeRow`: what a row may say, and what is wrong with it. */
export * as TradeRow from "./TradeRow.ts"
