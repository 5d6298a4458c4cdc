import type * as HttpRouter from "@effect/platform/HttpRouter"
import type * as HttpServer from "@effect/platform/HttpServer"
import { type EventLoop, Server } from "@roundlot/api"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Jobs, Sessions, TokenRegister, TokenUses } from "@roundlot/core/ledger"
import { Layer } from "effect"
import type { Services } from "@roundlot/commands"
import type { Settings } from "./Settings.ts"
import { authorityOf } from "./access/oidcSettings.ts"
import type { SignInLinks } from "./SignInLinks.ts"
import * as access from "./access.ts"
import * as controlling from "./controlling.ts"
import * as Provider from "./access/Provider.ts"
import * as dashboard from "./dashboard.ts"
import * as jobs from "./jobs.ts"
import * as references from "./references.ts"
import * as Live from "./Live.ts"
import * as living from "./living.ts"
import * as looking from "./looking.ts"
import * as oidc from "./oidc.ts"
import * as longReads from "./longReads.ts"
import * as taking from "./taking.ts"
import * as signed from "./signed.ts"
import * as storing from "./storing.ts"
import * as sessions from "./sessions.ts"
import * as tokens from "./tokens.ts"
import * as versions from "./versions.ts"
import * as together from "./together.ts"

/** Signing in with a team's provider, where one is configured. */
const signingIn = ({ configuration, variable }: Settings) =>
  configuration.oidc === undefined
    ? oidc.layerNone
    : Layer.provide(oidc.layer, Provider.layer(configuration.oidc, variable))

/** The issuer whose people are signed in. */
const trustedBy = ({ oidc: settings }: Settings["configuration"]): string | undefined =>
  settings === undefined ? undefined : authorityOf(settings.issuer)

/** The API with all of its routes, on whatever HTTP server there is. */
export const layer = (
  settings: Settings
): Layer.Layer<
  never,
  TradeRepository.StoreError,
  Services | EventLoop.Process | SignInLinks | HttpServer.HttpServer | HttpRouter.HttpRouter.DefaultServices
> =>
  Server.layer.pipe(
    Layer.provide(
      Layer.mergeAll(
        looking.layer,
        taking.layer(settings.configuration),
        controlling.layer(settings),
        living.layer,
        sessions.layer,
        tokens.layer,
        together.layer(settings.configuration),
        jobs.layer(settings.configuration),
        storing.layer(settings)
      )
    ),
    Layer.provide(
      Layer.mergeAll(
        dashboard.layer,
        references.layer(settings.helps),
        versions.layer,
        signingIn(settings),
        longReads.passedOn(settings.longReads)
      )
    ),
    Layer.provide(
      Layer.mergeAll(
        access.layer,
        signed.layer(settings.senders),
        Live.layer,
        Server.parameters,
        Jobs.layer(settings.jobTypes)
      )
    ),
    Layer.provide(
      Layer.mergeAll(
        TokenUses.layer,
        Layer.provideMerge(Sessions.layer(trustedBy(settings.configuration)), TokenRegister.layer)
      )
    )
  )
