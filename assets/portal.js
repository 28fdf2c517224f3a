// The first drawing of a home steps aside when the live page has its data; then the worker of the next visit.
(function () {
  "use strict";
  var root = document.documentElement;
  var began = location.pathname;

  // The whole sheet comes after the first paint. It holds only once it is here, so that nothing is drawn bare.
  var sheets = document.querySelectorAll("link[data-late]");
  function isHere(sheet) { return sheet.media !== "print"; }
  sheets.forEach(function (sheet) {
    function hold() { sheet.media = "all"; stepAside(); }
    if (sheet.sheet) sheet.media = "all"; else sheet.addEventListener("load", hold, { once: true });
  });

  // What a person is at, told so that it is found again among the live page's own elements.
  var actable = "a[href],button,summary,input,select";
  function told(one) { return one.tagName + (one.getAttribute("href") || "") + one.textContent; }
  function same(one) {
    var wanted = told(one);
    return Array.prototype.find.call(document.querySelectorAll(actable), function (other) {
      return told(other) === wanted;
    });
  }

  var watch;
  function stepAside() {
    var first = document.getElementById("first");
    if (!first) return true;
    var elsewhere = location.pathname !== began;
    if (!elsewhere && !(document.querySelector('[data-ready="1"]') && Array.prototype.every.call(sheets, isHere)))
      return false;
    var focused = first.contains(document.activeElement) ? document.activeElement : null;
    var menu = first.querySelector("details[open]>summary");
    var style = document.getElementById("first-css");
    first.remove();
    if (style) style.remove();
    var opened = menu && same(menu);
    if (opened) opened.parentNode.open = true;
    var other = focused && same(focused);
    if (other) other.focus({ preventScroll: true });
    if (watch) watch.disconnect();
    return true;
  }
  if (!stepAside()) {
    watch = new MutationObserver(stepAside);
    watch.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
  }

  // The headline as it stands when a person leaves is what they meet first when they come back.
  var worker = navigator.serviceWorker;
  if (worker) {
    addEventListener("load", function () { worker.register("/sw.js").catch(function () {}); });
    document.addEventListener("visibilitychange", function () {
      if (document.hidden && worker.controller && document.querySelector("[data-ready]"))
        worker.controller.postMessage({ keep: location.pathname });
    });
  }

  // The router would load the page again for a link into it, and the focus would be lost.
  document.addEventListener("click", function (event) {
    var skip = event.target.closest && event.target.closest("a.skip");
    var main = skip && document.getElementById("main");
    if (!main) return;
    event.preventDefault();
    event.stopPropagation();
    main.focus();
    main.scrollIntoView();
  }, true);

  // A file that is too large would be sent in vain: the connection ends before the answer can be read.
  document.addEventListener("change", function (event) {
    var field = event.target, most = Number(field.dataset && field.dataset.mostBytes);
    if (!most || !field.files) return;
    var larger = Array.prototype.some.call(field.files, function (file) { return file.size > most; });
    field.setCustomValidity(larger ? field.dataset.tooLarge : "");
    if (larger) field.reportValidity();
  });

  // What is shown once may be copied or printed; where a browser lets nobody copy, it is marked to be copied by hand.
  document.addEventListener("click", function (event) {
    var act = event.target.closest && event.target.closest("[data-copies],[data-prints]");
    if (!act) return;
    if (act.hasAttribute("data-prints")) { print(); return; }
    var place = act.getAttribute("data-copies"), from = document.getElementById(place);
    var told = document.querySelector('[data-said-of="' + place + '"]');
    function say(words) { if (told) told.textContent = words; }
    function byHand() { from.focus(); from.select(); say("Marked. Copy it now."); }
    if (!from || !from.value) return;
    if (!navigator.clipboard) { byHand(); return; }
    navigator.clipboard.writeText(from.value).then(function () { say("Copied."); }, byHand);
  });

  // A file that is fetched by a link begins as a departure and ends without one. The page's line, which the framework
  // would cut at that sign and open anew at the next tap, is cut when the page really goes ("pagehide").
  addEventListener("beforeunload", function (event) { event.stopImmediatePropagation(); }, true);

  // Among many accounts one types a part of the name; the arrows lead through what is left, Enter opens the only one.
  function plain(words) { return words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  function left(box, which) { return Array.prototype.slice.call(box.querySelectorAll("form:not([hidden]) " + which)); }
  document.addEventListener("input", function (event) {
    var field = event.target, box = field.closest && field.closest(".menu-accounts");
    if (!box || !field.hasAttribute("data-narrows")) return;
    var wanted = plain(field.value).split(/\s+/), forms = box.querySelectorAll("form");
    forms.forEach(function (form) {
      var text = plain(form.innerText || form.textContent);
      form.hidden = !wanted.every(function (word) { return text.indexOf(word) >= 0; });
    });
    var count = left(box, "button").length, told = box.querySelector("[data-narrowed]");
    told.textContent = !field.value ? "" : count ? count + " of " + forms.length : "No account of yours has that in it.";
  });
  document.addEventListener("keydown", function (event) {
    var box = event.target.closest && event.target.closest(".menu-accounts");
    var field = box && box.querySelector("[data-narrows]");
    if (!field) return;
    var steps = [field].concat(left(box, "button:enabled")), at = steps.indexOf(event.target);
    if (event.key === "Enter" && event.target === field && steps.length === 2) { steps[1].click(); return; }
    var next = event.key === "ArrowDown" ? at + 1 : event.key === "ArrowUp" ? at - 1 : -1;
    if (at < 0 || !steps[next]) return;
    event.preventDefault();
    steps[next].focus();
  });

  // What looks after the end of a session can wait until everything else is here.
  addEventListener("load", function () {
    var more = document.createElement("script");
    more.src = "/stay.js";
    document.head.appendChild(more);
  });

  function line() { root.toggleAttribute("data-offline", !navigator.onLine); }
  addEventListener("online", line);
  addEventListener("offline", line);
  line();
})();
