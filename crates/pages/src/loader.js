(() => {
  const d = document, r = d.documentElement;
  const themes = ["system", "light", "dark"];
  let theme;
  try { theme = localStorage.theme; } catch {}
  const paint = () => {
    if (!themes.includes(theme)) theme = "system";
    r.dataset.theme = theme;
    for (const m of d.querySelectorAll("meta[data-for]")) {
      m.media = theme == "system" ? `(prefers-color-scheme:${m.dataset.for})` : theme == m.dataset.for ? "all" : "not all";
    }
  };
  paint();
  r.dataset.script = "";
  const link = (rel, href) => {
    const l = d.createElement("link");
    l.rel = rel; l.href = href; d.head.append(l);
    return l;
  };
  let loading, ready;
  const waiting = new Set();
  const rest = (b) => { waiting.delete(b); b.removeAttribute("data-busy"); };
  const plays = (b) => /^(play|shuffle)/.test(b.dataset.act);
  const parsed = () => d.readyState != "loading" ? Promise.resolve() : new Promise((done) => d.addEventListener("DOMContentLoaded", done));
  const load = () => loading ||= parsed().then(() => new Promise((done, failed) => {
    const b = JSON.parse(d.getElementById("boot").textContent);
    if (!b.app) return failed();
    const came = (l) => new Promise((done) => { l.onload = l.onerror = done; });
    const scripts = b.scripts.map((script) => link("modulepreload", script));
    const first = scripts.filter((l) => l.relList.supports("modulepreload"));
    Promise.all([link("stylesheet", b.styles), ...first].map(came)).then(() => import(b.app)).then((m) => m.started).then(done, failed);
    const held = "css=" + b.css[1];
    if (!d.cookie.includes(held)) fetch(b.css[0]).then((a) => {
      if (a.ok) d.cookie = held + ";path=/;max-age=31536000;samesite=lax";
    }, () => {});
  })).then(() => { ready = 1; }, (e) => { loading = 0; throw e; });
  addEventListener("click", (e) => {
    const a = e.target.closest?.("[data-act],a[data-lang]");
    if (!a) return;
    if (a.dataset.lang) {
      const u = new URL(location);
      u.searchParams.set("lang", a.dataset.lang);
      a.href = u;
    } else if (a.dataset.act == "theme") {
      theme = themes[(themes.indexOf(theme) + 1) % 3];
      paint();
      try { localStorage.theme = theme; } catch {}
    } else if (!ready) {
      e.preventDefault(); e.stopPropagation();
      for (const b of waiting) if (b == a || plays(a) && plays(b)) rest(b);
      waiting.add(a);
      a.setAttribute("data-busy", "");
      const over = (press) => {
        for (const b of waiting) { rest(b); if (press) b.click(); }
      };
      load().then(() => over(1), () => over(0));
    }
  }, true);
  addEventListener("load", () => (window.requestIdleCallback || setTimeout)(() => load().catch(() => {}), { timeout: 2000 }));
})();
