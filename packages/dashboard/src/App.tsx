import { lazy, useEffect } from "react"
import { Route, Router, Switch, useLocation } from "wouter"
import { useLiveReading } from "./api/asking.ts"
import { Overview } from "./pages/Overview.tsx"
import { carried, useKeepingView } from "./ui/asOf.ts"
import { nameAt } from "./ui/navigation.ts"
import { Problem, Skeleton } from "./ui/Panel.tsx"
import { Part, useMissing } from "./ui/Part.tsx"
import { FormForRole } from "./ui/Role.tsx"
import { PageHead, Shell } from "./ui/Shell.tsx"

const OpenCase = lazy(() => import("./pages/OpenCase.tsx").then(({ OpenCase }) => ({ default: OpenCase })))
const Attention = lazy(() => import("./pages/Attention.tsx").then(({ Attention }) => ({ default: Attention })))
const Case = lazy(() => import("./pages/Case.tsx").then(({ Case }) => ({ default: Case })))
const Lists = lazy(() => import("./pages/Lists.tsx").then(({ Lists }) => ({ default: Lists })))
const OrderPage = lazy(() => import("./pages/Order.tsx").then(({ OrderPage }) => ({ default: OrderPage })))
const PositionPage = lazy(() => import("./pages/Position.tsx").then(({ PositionPage }) => ({ default: PositionPage })))
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
const AccountPage = lazy(() => import("./pages/Account.tsx").then(({ AccountPage }) => ({ default: AccountPage })))
const SettingsPage = lazy(() => import("./pages/Settings.tsx").then(({ SettingsPage }) => ({ default: SettingsPage })))
const SignIn = lazy(() => import("./pages/SignIn.tsx").then(({ SignIn }) => ({ default: SignIn })))

/** A batch, and which tab of its page: both are its address. */
const BATCH = /^\/batches\/(?<id>[^/]+)(?:\/(?<tab>trades|errors|orders|results|story))?\/?$/

/** Another screen begins at its top; another tab of one stays where the reader is. */
const useTop = (): void => {
  const [path] = useLocation()
  const screen = BATCH.exec(path)?.groups?.["id"] ?? path
  useEffect(() => window.scrollTo(0, 0), [screen])
}

/** All screens, by their address; who looks at the past, or at one account, stays there from screen to screen. */
export const App = () => (
  <Router hook={useKeepingView} hrefs={carried}>
    <Screens />
  </Router>
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
          <Route path="/">
            <Overview />
          </Route>
          <Route path="/attention">
            <Attention />
          </Route>
          <Route path="/attention/:id">
            {({ id }) => (/^B\d+$/i.test(id) ? <Case id={id} /> : <OpenCase id={id} />)}
          </Route>
          <Route path="/orders/:id">{({ id }) => <OrderPage id={id} />}</Route>
          <Route path="/positions/:account/:symbol">
            {({ account, symbol }) => <PositionPage account={account} symbol={symbol} />}
          </Route>
          <Route path="/trades/new">
            <FormForRole role="trade" title="New trade">
              <NewTrade />
            </FormForRole>
          </Route>
          <Route path="/trades/:id">{({ id }) => <TradePage id={id} />}</Route>
          <Route path="/decisions/new">
            <FormForRole role="trade" title="New decision">
              <NewDecision />
            </FormForRole>
          </Route>
          {(["fills", "decisions", "attempts"] as const).map((kind) => (
            <Route key={`${kind}/`} path={`/${kind}/:id`}>
              {({ id }) => <RecordPage kind={kind} id={id} />}
            </Route>
          ))}
          <Route path="/journal/:account/:seq">{({ account, seq }) => <EntryPage account={account} seq={seq} />}</Route>
          <Route path="/why/:id">{({ id }) => <WhyPage of={id} />}</Route>
          <Route path="/why/:account/:seq">{({ account, seq }) => <WhyPage of={`${account}/${seq}`} />}</Route>
          <Route path="/batches">
            <Batches />
          </Route>
          <Route path="/batches/new">
            <FormForRole role="trade" title="New batch">
              <NewBatch />
            </FormForRole>
          </Route>
          <Route path={BATCH}>{({ id = "", tab }) => <BatchPage id={id} tab={tab} />}</Route>
          <Route path="/ops">
            <Operations />
          </Route>
          <Route path="/ops/accounts/:name">{({ name }) => <AccountPage name={name} />}</Route>
          <Route path="/settings">
            <SettingsPage />
          </Route>
          <Route path="/sign-in">
            <SignIn />
          </Route>
          {(["positions", "trades", "orders", "fills", "decisions", "attempts", "journal"] as const).map((list) => (
            <Route key={list} path={`/${list}`}>
              <Lists key={list} list={list} />
            </Route>
          ))}
          <Route>
            <PageHead note="Use the navigation, or find it by its id with Ctrl K.">There is no such page</PageHead>
          </Route>
        </Switch>
      </Part>
    </Shell>
  )
}
