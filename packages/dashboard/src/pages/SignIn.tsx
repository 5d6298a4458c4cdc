import { useMutation, useQuery } from "@tanstack/react-query"
import { Schema } from "effect"
import { useEffect, useState } from "react"
import { useLocation } from "wouter"
import { queries } from "../api/asking.ts"
import { call } from "../api/calling.ts"
import { ProblemError } from "../api/problem.ts"
import * as live from "../live/live.ts"
import { Field } from "../ui/parts/Field.tsx"
import { Foreign } from "../ui/parts/Figure.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { texts } from "../words/text/settings.ts"

/** The code of a link that signs in; it leaves the address with this, and the history of the browser. */
const takeCode = (): string | undefined => {
  const [, code] = /^#code=([0-9a-f]+)$/.exec(location.hash) ?? []
  if (code !== undefined) history.replaceState(history.state, "", location.pathname + location.search)
  return code
}

/** Why signing in failed. */
const refusalOf = (error: Error, isLink: boolean): string => {
  if (!(error instanceof ProblemError) || error.status !== 401) return error.message
  return isLink ? texts.linkUsed : texts.tokenUnknown
}

const Provider = Schema.Struct({ name: Schema.NullOr(Schema.String), problem: Schema.NullOr(Schema.String) })

/** The team's provider, where one is configured: a page of the browser's, which no other program asks for. */
const askProvider = async () => Schema.decodeUnknownSync(Provider)(await (await fetch("/sign-in/provider")).json())

/** A way to sign in without a token: the browser is sent to the provider, and comes back signed in. */
const WithProvider = () => {
  const { data: provider } = useQuery({ queryKey: ["provider"], queryFn: askProvider })
  if (provider === undefined || provider.name === null) return null
  const returnTo = new URLSearchParams(location.search).get("return") ?? "/"
  return (
    <section className="panel form" aria-label={texts.team}>
      {provider.problem === null ? null : (
        <p className="problem">
          {texts.providerAway({ provider: <Foreign text={provider.name} />, problem: provider.problem })}
        </p>
      )}
      <div className="buttons">
        <a className="button primary" href={`/sign-in/oidc?return=${encodeURIComponent(returnTo)}`}>
          {texts.signInWith({ provider: <Foreign text={provider.name} /> })}
        </a>
      </div>
    </section>
  )
}

/** Signs in with a token, or with the code of a link: it is read once, and goes into a cookie that no script can read. */
export const SignIn = () => {
  const [token, setToken] = useState("")
  const [, go] = useLocation()
  const signing = useMutation({
    mutationFn: (payload: { readonly token: string } | { readonly code: string }) =>
      call((api) => api.session.signIn({ payload })),
    onSuccess: () => {
      live.retry()
      void queries.resetQueries()
      go("/")
    }
  })
  const { mutate } = signing
  useEffect(() => {
    const follow = (): void => {
      const code = takeCode()
      if (code !== undefined) mutate({ code })
    }
    follow()
    // A link that is pasted where this page is open already loads nothing.
    window.addEventListener("hashchange", follow)
    return () => window.removeEventListener("hashchange", follow)
  }, [mutate])
  return (
    <>
      <PageHead note={texts.signInNote}>{texts.signIn}</PageHead>
      <WithProvider />
      <form
        className="panel form"
        onSubmit={(event) => {
          event.preventDefault()
          if (token.trim() !== "") mutate({ token: token.trim() })
        }}
      >
        <Field term="token">
          <input
            type="password"
            aria-label={texts.token}
            autoComplete="current-password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            required
          />
        </Field>
        {signing.error === null ? null : (
          <p className="problem" role="alert">
            {refusalOf(signing.error, signing.variables !== undefined && "code" in signing.variables)}
          </p>
        )}
        <div className="buttons">
          <button type="submit" className="button primary">
            {signing.isPending ? texts.signingIn : texts.signIn}
          </button>
        </div>
      </form>
    </>
  )
}
