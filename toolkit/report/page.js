/* The page: shots open the player, curves are drawn when they come into view, the table sorts. */

const loaded = new Map();
const player = new Player(document.getElementById("player"));

/** The data of a shot, read when it is first looked at. */
function dataOf(article) {
  const order = article.dataset.shot;
  if (!loaded.has(order)) loaded.set(order, JSON.parse(document.getElementById(`data-${order}`).textContent));
  return loaded.get(order);
}

/** The place of a source frame among those that have pictures; of one that has none, that of the next. */
function indexOf(data, sourceFrame) {
  const index = data.frames.findIndex((frame) => frame >= sourceFrame);
  return index < 0 ? data.frames.length - 1 : index;
}

function openShot(article, sourceFrame) {
  const slot = article.querySelector(".slot");
  if (!slot) return;
  const data = dataOf(article);
  document.querySelector(".shot.playing")?.classList.remove("playing");
  article.classList.add("playing");
  fillCharts(article);
  player.pause();
  player.open(data, slot, indexOf(data, sourceFrame));
  player.element.focus({ preventScroll: true });
}

function fillCharts(article) {
  const data = dataOf(article);
  const pick = (place) => openShot(article, data.curvesFirst + place);
  drawCurves(data, article.querySelector(".charts"), pick);
}

player.listeners.push((data, index) => {
  const article = player.element.closest(".shot");
  if (article) moveCursors(article, data.frames[index] - data.curvesFirst);
});

document.addEventListener("click", ({ target }) => {
  const frame = target.closest("[data-frame]")?.dataset.frame;
  const article = target.closest(".shot");
  if (frame !== undefined && article) openShot(article, Number(frame));
});

/** `#shot-3:1043` opens a shot at a source frame. */
function follow() {
  const [anchor, frame] = decodeURIComponent(location.hash.slice(1)).split(":");
  const article = document.getElementById(anchor);
  if (!article?.matches(".shot")) return;
  const data = dataOf(article);
  openShot(article, frame ? Number(frame) : (data.worst[0] ?? data.frames[0]));
  article.scrollIntoView();
}
addEventListener("hashchange", follow);
follow();

const nearby = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      fillCharts(target);
      nearby.unobserve(target);
    }
  },
  { rootMargin: "600px" },
);
for (const article of document.querySelectorAll(".shot")) nearby.observe(article);
addEventListener("beforeprint", () => document.querySelectorAll(".shot").forEach(fillCharts));

for (const button of document.querySelectorAll("[data-sort]"))
  button.addEventListener("click", () => {
    const key = button.dataset.sort;
    const body = document.querySelector("#overview tbody");
    const rows = [...body.rows].sort((a, b) => a.dataset[key] - b.dataset[key] || a.dataset.order - b.dataset.order);
    body.append(...rows);
    document.querySelector("#overview [aria-sort]").removeAttribute("aria-sort");
    button.closest("th").setAttribute("aria-sort", "ascending");
  });
