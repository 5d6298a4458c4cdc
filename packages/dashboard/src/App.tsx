import { lazy, useEffect } from "react"
import { Route, Router, Switch, useLocation } from "wouter"
import { addresses } from "./addresses.ts"
import { useLiveReading } from "./api/asking.ts"
import { Overview } from "./pages/Overview.tsx"
import { carried, useKeepingView } from "./ui/parts/asOf.ts"
import { nameAt } from "./ui/frame/navigation.ts"
import { Problem, Skeleton } from "./ui/parts/Panel.tsx"
import { Part, useMissing } from "./ui/parts/Part.tsx"
import { FormForRole } from "./ui/action/Role.tsx"
import { PageHead } from "./ui/parts/PageHead.tsx"
import { Shell } from "./ui/frame/Shell.tsx"
import { texts } from "./words/text/frame.ts"

const OpenCase = lazy(() => import("./pages/OpenCase.tsx").then(({ OpenCase }) => ({ default: OpenCase })))
const Attention = lazy(() => import("./pages/Attention.tsx").then(({ Attention }) => ({ default: Attention })))
const Case = lazy(() => import("./pages/Case.tsx").then(({ Case }) => ({ default: Case })))
const Lists = lazy(() => import("./pages/Lists.tsx").then(({ Lists }) => ({ default: Lists })))
const OrderPage = lazy(() => import("./pages/Order.tsx").then(({ OrderPage }) => ({ default: OrderPage })))
const PositionPage = lazy(() => import("./pages/Position.tsx").then(({ PositionPage }) => ({ default: PositionPage })))
const ProfitPage = lazy(() => import("./pages/Profit.tsx").then(({ ProfitPage }) => ({ default: ProfitPage })))
const SlippagePage = lazy(() => import("./pages/Slippage.tsx").then(({ SlippagePage }) => ({ default: SlippagePage })))
const ProfitOfSymbol = lazy(() =>
  import("./pages/ProfitOfSymbol.tsx").then(({ ProfitOfSymbol }) => ({ default: ProfitOfSymbol }))
)
const TradePage = lazy(() => import("./pages/Trade.tsx").then(({ TradePage }) => ({ default: TradePage })))
const NewDecision = lazy(() => import("./pages/NewDecision.tsx").then(({ NewDecision }) => ({ default: NewDecision })))
const NewTrade = lazy(() => import("./pages/NewTrade.tsx").then(({ NewTrade }) => ({ default: NewTrade })))
const Batches = lazy(() => import("./pages/Batches.tsx").then(({ Batches }) => ({ default: Batches })))
const BatchPage = lazy(() => import("./pages/Batch.tsx").then(({ BatchPage }) => ({ default: BatchPage })))
const NewBatch = lazy(() => import("./pages/NewBatch.tsx").then(({ NewBatch }) => ({ default: NewBatch })))
const RecordPage = lazy(() => import("./pages/Record.tsx").then(({ RecordPage }) => ({ default: RecordPage })))
const EntryPage = lazy(() => import("./pages/Entry.tsx").then(({ EntryPage }) => ({ default: EntryPage })))
const WhyPage = lazy(() => import("./pages/Why.tsx").then(({ WhyPage }) => ({ default: WhyPage })))
const Operations = lazy(() => import("./pages/Operations.tsx").then(({ Operations }) => ({ default: Operations })))
const ReconciliationPage = lazy(() =>
  import("./pages/Reconciliation.tsx").then(({ ReconciliationPage }) => ({ default: ReconciliationPage }))
)
const JobsPage = lazy(() => import("./pages/Jobs.tsx").then(({ JobsPage }) => ({ default: JobsPage })))
const JobPage = lazy(() => import("./pages/Jobs.tsx").then(({ JobPage }) => ({ default: JobPage })))
const AuditPage = lazy(() => import("./pages/Audit.tsx").then(({ AuditPage }) => ({ default: AuditPage })))
const AccountPage = lazy(() => import("./pages/Account.tsx").then(({ AccountPage }) => ({ default: AccountPage })))
const SettingsPage = lazy(() => import("./pages/Settings.tsx").then(({ SettingsPage }) => ({ default: SettingsPage })))
const SignIn = lazy(() => import("./pages/SignIn.tsx").then(({ SignIn }) => ({ default: SignIn })))

/** Another screen begins at its top; another tab of one stays where the reader is. */
const useTop = (): void => {
  const [path] = useLocation()
  const screen = addresses.batch.exec(path)?.groups?.["id"] ?? path
  useEffect(() => window.scrollTo(0, 0), [screen])
}

/** All screens, by their address; who looks at the past, or at one account, stays there from screen to screen. */
export const App = () => (
  <Part instead={(error) => <NoFrame error={error} />}>
    <Router hook={useKeepingView} hrefs={carried}>
      <Screens />
    </Router>
  </Part>
)

/** The frame itself cannot be shown: what it was answered is of another version of the daemon, for one. */
const NoFrame = ({ error }: { readonly error: Error }) => (
  <main>
    <h1>Roundlot</h1>
    <Problem error={error} again={() => location.reload()} />
    <p>{texts.haltByCommand({ command: <code>roundlot halt --all --reason …</code> })}</p>
  </main>
)

/** A screen whose own part of the program is on its way. */
const Coming = () => {
  const [path] = useLocation()
  return (
    <>
      <h1>{nameAt(path)}</h1>
      <Skeleton />
    </>
  )
}

/** A screen that did not come, or cannot be shown. */
const NotShown = ({ error }: { readonly error: Error }) => {
  const isMissing = useMissing()
  const [path] = useLocation()
  return (
    <>
      <h1>{nameAt(path)}</h1>
      {/* What did not come, the frame says, and what to do. */}
      <Problem error={error} again={isMissing ? undefined : () => location.reload()} />
    </>
  )
}

const Screens = () => {
  useLiveReading()
  useTop()
  const [path] = useLocation()
  return (
    <Shell>
      <Part at={path} coming={<Coming />} instead={(error) => <NotShown error={error} />}>
        <Switch>
          <Route path={addresses.overview} component={Overview} />
          <Route path={addresses.attention} component={Attention} />
          <Route path={addresses.case}>
            {({ id }) => (/^B\d+$/i.test(id) ? <Case id={id} /> : <OpenCase id={id} />)}
          </Route>
          <Route path={addresses.order}>{({ id }) => <OrderPage id={id} />}</Route>
          <Route path={addresses.position}>
            {({ account, symbol }) => <PositionPage account={account} symbol={symbol} />}
          </Route>
          <Route path={addresses.profit} component={ProfitPage} />
          <Route path={addresses.slippage} component={SlippagePage} />
          <Route path={addresses.profitOf}>
            {({ account, symbol }) => <ProfitOfSymbol account={account} symbol={symbol} />}
          </Route>
          <Route path={addresses.newTrade}>
            <FormForRole role="trade" title={texts.newTrade}>
              <NewTrade />
            </FormForRole>
          </Route>
          <Route path={addresses.trade}>{({ id }) => <TradePage id={id} />}</Route>
          <Route path={addresses.newDecision}>
            <FormForRole role="trade" title={texts.newDecision}>
              <NewDecision />
            </FormForRole>
          </Route>
          <Route path={addresses.fill}>{({ id }) => <RecordPage key="fills" kind="fills" id={id} />}</Route>
          <Route path={addresses.decision}>{({ id }) => <RecordPage key="decisions" kind="decisions" id={id} />}</Route>
          <Route path={addresses.attempt}>{({ id }) => <RecordPage key="attempts" kind="attempts" id={id} />}</Route>
          <Route path={addresses.entry}>{({ account, seq }) => <EntryPage account={account} seq={seq} />}</Route>
          <Route path={addresses.whyRecord}>{({ id }) => <WhyPage of={id} />}</Route>
          <Route path={addresses.whyEntry}>{({ account, seq }) => <WhyPage of={`${account}/${seq}`} />}</Route>
          <Route path={addresses.batches} component={Batches} />
          <Route path={addresses.newBatch}>
            <FormForRole role="trade" title={texts.newBatch}>
              <NewBatch />
            </FormForRole>
          </Route>
          <Route path={addresses.batch}>{({ id = "", tab }) => <BatchPage id={id} tab={tab} />}</Route>
          <Route path={addresses.operations} component={Operations} />
          <Route path={addresses.reconciliation} component={ReconciliationPage} />
          <Route path={addresses.jobs} component={JobsPage} />
          <Route path={addresses.job}>{({ id }) => <JobPage id={id} />}</Route>
          <Route path={addresses.audit} component={AuditPage} />
          <Route path={addresses.account}>{({ name }) => <AccountPage name={name} />}</Route>
          <Route path={addresses.settings} component={SettingsPage} />
          <Route path={addresses.signIn} component={SignIn} />
          {(["positions", "trades", "orders", "fills", "decisions", "attempts", "journal"] as const).map((list) => (
            <Route key={list} path={addresses[list]}>
              <Lists key={list} list={list} />
            </Route>
          ))}
          <Route>
            <PageHead note={texts.pageNotFoundHint}>{texts.pageNotFound}</PageHead>
          </Route>
        </Switch>
      </Part>
    </Shell>
  )
}
