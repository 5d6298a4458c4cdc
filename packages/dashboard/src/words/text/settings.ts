import { messages } from "./messages.ts"

/** Texts of the settings and of signing in. */
export const texts = messages({
  signedInUser: "Signed-in user",
  signedOut: "Signed out.",
  role: "{person}, role {role}.",
  signOut: "Sign out",
  settings: "Settings",
  savedInThisBrowser: "Saved in this browser.",
  morePages: "More pages",
  appearance: "Appearance",
  theme: "Theme",
  rows: "Rows",
  zone: "Time zone",
  singleKeyShortcuts: "Single-key shortcuts",
  browserNotifications: "Browser notifications",
  keys: "Keyboard shortcuts",
  linkUsed: "The link was used, or is older than 5 minutes. Get another with 'roundlot tokens link'.",
  tokenUnknown: "The token is unknown, expired or revoked.",
  team: "Team",
  providerAway: "{provider} is not reachable ({problem}). Sign-in retries.",
  signInWith: "Sign in with {provider}",
  signIn: "Sign in",
  signInNote: "Use a link of 'roundlot tokens link', or the secret shown by 'roundlot tokens create'.",
  token: "Token",
  signingIn: "Signing in…",
  system: "system",
  light: "light",
  dark: "dark",
  compact: "compact",
  normal: "normal",
  relaxed: "relaxed"
})
