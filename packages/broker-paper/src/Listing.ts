import { Ticker } from "@roundlot/core"
import { Either, Schema } from "effect"

/** The instruments that a paper exchange knows. */
export interface Listing {
  readonly has: (symbol: string) => boolean
}

/** A listing file cannot be read as one: the line, what is wrong there, and what to do. */
export class ListingUnreadable extends Schema.TaggedError<ListingUnreadable>()("ListingUnreadable", {
  file: Schema.String,
  line: Schema.Int,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.file}, line ${this.line}: ${this.problem}. ${this.remedy}`
  }
}

/**
 * Every well-formed ticker, for tests and simulations that invent symbols.
 *
 * @example
 * Exchange.layer({ listing: Listing.any })
 */
export const any: Listing = { has: () => true }

/**
 * The named symbols.
 *
 * @example
 * Exchange.layer({ listing: Listing.of(["AAPL", "MSFT"]) })
 */
export const of = (symbols: Iterable<string>): Listing => {
  const named = new Set(symbols)
  return { has: (symbol) => named.has(symbol) }
}

/** The symbols of the shipped listing: well-known shares and exchange-traded funds of the United States. */
const SHIPPED = `
A AA AAL AAP AAPL ABBV ABEV ABNB ABT ACGL ACM ACN ADBE ADI ADM ADP ADSK AEE AEM AEP AES AFL AFRM AIG AIZ AJG AKAM ALB ALGN ALK ALL
ALLE ALLY AMAT AMC AMCR AMD AME AMGN AMP AMT AMZN AN ANET AON AOS APA APD APH APO APP APTV ARE ARES ARM ASML ASX ATO AVB AVGO AVTR AVY
AWK AXON AXP AZN AZO B BA BABA BAC BALL BAX BB BBD BBWI BBY BCE BCS BDX BEN BF.A BF.B BG BHP BIDU BIIB BILI BILL BIO BK BKNG BKR BLDR BLK
BMO BMY BNS BP BR BRK.A BRK.B BRO BSX BTI BUD BURL BWA BX BXP BYND C CAG CAH CARR CAT CAVA CB CBOE CBRE CCI CCJ CCL CDNS CDW CE CEG
CELH CF CFG CG CHD CHKP CHRW CHTR CHWY CI CINF CL CLF CLX CM CMA CMCSA CME CMG CMI CMS CNC CNI CNP CNQ COF COIN COO COP COR COST CP
CPAY CPB CPNG CPRT CPT CRH CRL CRM CRSP CRWD CSCO CSGP CSX CTAS CTRA CTSH CTVA CVNA CVS CVX CZR D DAL DASH DB DD DDOG DE DECK DELL DEO
DFS DG DGX DHI DHR DIS DKNG DKS DLR DLTR DOC DOCU DOV DOW DPZ DRI DT DTE DUK DVA DVN DXCM E EA EBAY ECL ED EFX EG EIX EL ELF ELV EMN EMR
ENB ENPH ENTG EOG EPAM EQIX EQNR EQR EQT ERIC ERIE ES ESS ETN ETR ETSY EVRG EW EXC EXE EXPD EXPE EXR F FANG FAST FCX FDS FDX FE FERG FFIV
FI FICO FIS FITB FIVE FIVN FLEX FMC FNV FOX FOXA FRT FSLR FTNT FTV FUTU G GD GDDY GE GEHC GEN GEV GFI GFS GGG GILD GIS GL GLW GM GME GNRC
GOLD GOOG GOOGL GPC GPN GRAB GRMN GS GSK GWRE GWW H HAL HALO HAS HBAN HCA HDB HD HIG HII HLT HMC HOLX HON HOOD HPE HPQ HRL HSBC HSIC HST
HSY HUBB HUBS HUM HWM HZO IBM IBN ICE IDXX IEX IFF ILMN INCY INFO INFY ING INTC INTU INVH IONQ IP IPG IQV IR IRM ISRG IT ITUB ITW IVZ J
JBHT JBL JCI JD JKHY JNJ JNPR JPM K KDP KEY KEYS KHC KIM KKR KLAC KMB KMI KMX KO KR KVUE L LCID LDOS LEN LH LHX LI LII LIN LKQ LLY LMT LNG
LNT LOGI LOW LRCX LULU LUV LVS LW LYB LYFT LYV M MA MAA MANH MAR MARA MAS MAT MCD MCHP MCK MCO MDB MDLZ MDT MELI MET META MFC MGA MGM
MHK MKC MKL MKTX MLM MMC MMM MNDY MNST MO MOH MOS MPC MPWR MRK MRNA MRVL MS MSCI MSFT MSI MSTR MT MTB MTCH MTD MU MUFG NCLH NDAQ NDSN
NEE NEM NET NFLX NGG NI NIO NKE NMR NOC NOK NOW NRG NSC NTAP NTES NTNX NTR NTRS NU NUE NVDA NVO NVR NVS NWL NWS NWSA NXPI O ODFL OKE
OKTA OMC ON ORCL ORLY OTIS OVV OXY PANW PARA PATH PAYC PAYX PBR PCAR PCG PDD PEG PENN PEP PFE PFG PG PGR PH PHM PINS PKG PLD PLTR PLUG
PM PNC PNR PNW PODD POOL PPG PPL PRU PSA PSTG PSX PTC PTON PWR PYPL QCOM QS RACE RBLX RCL RDDT REG REGN RELX RF RGTI RIO RIOT RIVN RJF RKLB
RKT RL RMD ROK ROKU ROL ROP ROST RSG RTX RVTY RY RYAAY S SAN SAP SBAC SBUX SCCO SCHW SE SEDG SHEL SHOP SHW SIRI SJM SLB SMCI SMFG SNA
SNAP SNOW SNPS SNY SO SOFI SOLV SONY SOUN SPG SPGI SPOT SQ SRE STE STLA STLD STM STT STX STZ SU SW SWK SWKS SYF SYK SYY T TAP TCOM TD TDG
TDY TEAM TECH TECK TEL TER TEVA TFC TFX TGT TJX TM TMO TMUS TOL TOST TPR TRGP TRI TRMB TROW TRP TRV TSCO TSLA TSM TSN TT TTD TTE TTWO TU
TWLO TXN TXT TYL U UAL UBER UBS UDR UHS UL ULTA UNH UNM UNP UPS UPST URI USB V VALE VEEV VFC VICI VLO VLTO VMC VOD VRSK VRSN VRT VRTX VST
VTR VTRS VZ W WAB WAT WBA WBD WBS WCN WDAY WDC WEC WELL WFC WING WIT WM WMB WMT WPM WRB WSM WST WTW WY WYNN X XEL XOM XPEV XRAY XYL XYZ
YUM Z ZBH ZBRA ZG ZIM ZM ZS ZTO ZTS
AGG ARKB ARKG ARKK BIL BITO BND BNDX BSV DGRO DIA DVY EEM EFA EMB EWJ EWZ FBTC FXI GBTC GDX GDXJ GLD GOVT HYG IAU IBB IBIT IEF IEFA IEMG
IGV IJH IJR ITOT IVE IVV IVW IWB IWD IWF IWM IWN IWO IXUS IYR JEPI JEPQ JNK KRE KWEB LQD MBB MDY MGK MTUM MUB PFF QLD QQQ QQQM QUAL
RSP SCHA SCHB SCHD SCHF SCHG SCHX SDS SDY SGOV SH SHV SHY SLV SMH SOXL SOXS SOXX SPDW SPLG SPLV SPXL SPXU SPY SPYG SPYV SQQQ SSO TBIL TIP
TLT TMF TNA TQQQ TZA UNG UPRO USFR USMV USO UVXY VB VBR VCIT VCSH VEA VEU VGT VIG VLUE VNQ VO VOO VOT VT VTEB VTI VTV VUG VWO VXUS VYM
XBI XHB XLB XLC XLE XLF XLI XLK XLP XLRE XLU XLV XLY XME XOP XRT
`

/**
 * The listing of an exchange that names no other: some 800 well-known shares and funds of the United States.
 *
 * @example
 * Listing.shipped.has("AAPL") // true
 */
export const shipped: Listing = of(SHIPPED.trim().split(/\s+/))

/**
 * Reads a listing file: CSV with a column `symbol`, or the pipe-separated form of the Nasdaq Trader symbol directory. Test issues are
 * not listed. `file` is the name in errors.
 *
 * @example
 * Listing.parse("symbol,name\nAAPL,Apple Inc.\n", "listing.csv")
 */
export const parse = (text: string, file: string): Either.Either<Listing, ListingUnreadable> =>
  Either.gen(function* () {
    const [head = { number: 1, text: "" }, ...rows] = linesOf(text)
    const fault = faultsIn(file)
    const form = head.text.includes("|") ? directory : csv
    const names = (form.cellsOf(head.text) ?? []).map((name) => name.trim().toLowerCase())
    const symbolAt = names.findIndex((name) => name === "symbol" || name === "act symbol")
    if (symbolAt < 0) return yield* fault(head.number, "The header has no column 'symbol'", HEADER)
    const columns = { symbolAt, testAt: names.indexOf("test issue"), count: names.length }
    const last = rows.at(-1) ?? head
    if (form.hasEnd && !END.test(last.text))
      return yield* fault(last.number, "The file ends without 'File Creation Time'", AGAIN)
    const symbols = new Set<string>()
    for (const { number, text: row } of form.hasEnd ? rows.slice(0, -1) : rows) {
      const read = symbolIn(form, columns, row)
      if (read._tag === "Fault") return yield* fault(number, read.problem, read.remedy)
      if (read._tag === "Listed") symbols.add(read.symbol)
    }
    return symbols.size === 0
      ? yield* fault(last.number, "The file lists no symbol", "Name one in each line")
      : of(symbols)
  })

const HEADER = "Begin the file with a header: symbol,name or Symbol|Security Name|Test Issue"

const AGAIN = "The file is cut short: download it again"

const END = /^File Creation Time/

interface TextLine {
  readonly number: number
  readonly text: string
}

const linesOf = (text: string): ReadonlyArray<TextLine> =>
  text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line }))
    .filter((line) => line.text.trim() !== "")

const faultsIn = (file: string) => (line: number, problem: string, remedy: string) =>
  Either.left(new ListingUnreadable({ file, line, problem, remedy }))

/** How the lines of a form are split. */
interface Form {
  /** The cells of a line; `undefined` where a quotation mark is not closed. */
  readonly cellsOf: (line: string) => ReadonlyArray<string> | undefined
  /** Whether the last line says when the file was made. */
  readonly hasEnd: boolean
  /** Whether it names classes in characters that no ticker here has, `ABR$D`: they are not listed. */
  readonly hasOtherSymbols: boolean
}

/** Every field of a line has a comma before it: one is set before the first. */
const CSV_LINE = /^(?:,(?:"(?:[^"]|"")*"|[^",]*))+$/

const CSV_FIELD = /,(?:"((?:[^"]|"")*)"|([^",]*))/g

const csv: Form = {
  hasEnd: false,
  hasOtherSymbols: false,
  cellsOf: (line) =>
    CSV_LINE.test(`,${line}`)
      ? [...`,${line}`.matchAll(CSV_FIELD)].map(([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain)
      : undefined
}

const directory: Form = { hasEnd: true, hasOtherSymbols: true, cellsOf: (line) => line.split("|") }

interface Columns {
  readonly symbolAt: number
  readonly testAt: number
  readonly count: number
}

type Read =
  | { readonly _tag: "Listed"; readonly symbol: string }
  | { readonly _tag: "Unlisted" }
  | { readonly _tag: "Fault"; readonly problem: string; readonly remedy: string }

const wrong = (problem: string, remedy: string): Read => ({ _tag: "Fault", problem, remedy })

const unlisted: Read = { _tag: "Unlisted" }

const symbolIn = (form: Form, { count, symbolAt, testAt }: Columns, line: string): Read => {
  const cells = form.cellsOf(line)
  if (cells === undefined)
    return wrong("A quotation mark stands alone", 'Write a field as "…", with "" for each mark in it')
  if (cells.length !== count)
    return wrong(
      `The line has ${cells.length} columns, the header ${count}`,
      "Correct the line, or download the file again"
    )
  const symbol = (cells[symbolAt] ?? "").trim()
  const test = testAt < 0 ? "N" : (cells[testAt] ?? "").trim()
  if (test !== "Y" && test !== "N") return wrong(`Test Issue is '${test}'`, "Write Y or N")
  if (test === "Y") return unlisted
  if (symbol === "") return wrong("Symbol is missing", "Name one, or remove the line")
  if (Ticker.isTicker(symbol)) return { _tag: "Listed", symbol }
  if (form.hasOtherSymbols && !/\s/.test(symbol)) return unlisted
  return wrong(`'${symbol}' is no ticker`, "A symbol has letters, digits, '.', '_', '/' and '-', at most 32")
}
