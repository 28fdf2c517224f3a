// Before the first paint: the theme a person chose. Afterwards: the switch, menus, and focus on arrival.
(function () {
  var root = document.documentElement;
  function kept(value) {
    try {
      if (value) localStorage.setItem("theme", value);
      return localStorage.getItem("theme");
    } catch (_) {
      return value;
    }
  }
  var chosen = kept();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  function shut(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    var at = event.target.closest ? event.target : null;
    if (!at) return;
    if (at.closest("[data-theme-switch]")) {
      root.dataset.theme = kept(getComputedStyle(root).colorScheme === "dark" ? "light" : "dark");
    }
    shut(at.closest("a.menu-act") ? null : at.closest("details.menu"));
  });
  document.addEventListener("keydown", function (event) {
    var menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A new page inside the portal: its title gets the focus, so that a screen reader starts there.
  var push = history.pushState;
  history.pushState = function () {
    var path = location.pathname;
    var before = document.querySelector("main h1");
    push.apply(this, arguments);
    if (location.pathname === path) return;
    var looks = 120;
    (function look() {
      var title = document.querySelector("main h1");
      if (title && title !== before) {
        title.tabIndex = -1;
        title.focus({ preventScroll: true });
      } else if (looks-- > 0) requestAnimationFrame(look);
    })();
  };
})();
