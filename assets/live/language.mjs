// The choice of a language in the header: kept by the browser, told to the server by a cookie.
const NAME = "meltwatch-language";
const YEAR_S = 365 * 86_400;

export function startLanguage(select) {
  select.addEventListener("change", () => {
    document.cookie = `${NAME}=${select.value}; path=/; max-age=${YEAR_S}; samesite=lax`;
    location.reload(); // every text of the page is another
  });
}
