import { QueryClientProvider } from "@tanstack/react-query"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { App } from "./App.tsx"
import { queries } from "./api/asking.ts"
import { copyRaw } from "./ui/copying.ts"
import { show } from "./ui/settings.ts"

copyRaw()
show()
const place = document.querySelector("#app")
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>
  )
}
