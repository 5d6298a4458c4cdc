// Before the first paint, so that nothing flashes: the theme that was chosen here, else the system's.
try {
  const theme = localStorage.getItem("roundlot.theme")
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme
} catch {
  // Nothing is kept here: the system decides.
}
