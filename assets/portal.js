// The first drawing of a home steps aside when the live page has its data; what is typed offline is kept.
(function () {
  "use strict";
  var root = document.documentElement;
  document.querySelectorAll("link[data-late]").forEach(function (sheet) { sheet.media = "all"; });

  function stepAside() {
    var first = document.getElementById("first");
    if (!first) return true;
    if (!document.querySelector('[data-ready="1"]')) return false;
    var focused = first.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    first.remove();
    var style = document.getElementById("first-css");
    if (style) style.remove();
    if (focused) {
      var same = document.querySelector('a[href="' + CSS.escape(focused) + '"]');
      if (same) same.focus({ preventScroll: true });
    }
    return true;
  }
  if (!stepAside()) {
    var watch = new MutationObserver(function () { if (stepAside()) watch.disconnect(); });
    watch.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
  }

  function line() { root.toggleAttribute("data-offline", !navigator.onLine); }
  addEventListener("online", line);
  addEventListener("offline", line);
  line();
})();
