// The end of a session: told two minutes ahead, put off with one tap, and nothing private left once it has come.
// All times come from the server; a laptop that slept, a second tab and a lost connection are asked for again.
(function () {
  "use strict";
  var root = document.documentElement, AHEAD = 120, LOOK = 15000;
  var ends = 0, asked = 0, timer = 0, leaving = 0, late = false;
  var tabs = "BroadcastChannel" in window ? new BroadcastChannel("portal-session") : null;

  function one(name) { return document.getElementById(name); }
  function signedIn() { return !!one("stay") && !root.dataset.over; }
  function clock(at) {
    return new Date(at).toLocaleTimeString(root.lang || undefined, { hour: "numeric", minute: "2-digit" });
  }

  function ask(way) {
    if (!signedIn()) return Promise.resolve();
    asked = Date.now();
    var how = { method: way ? "POST" : "GET", cache: "no-store", credentials: "same-origin" };
    return fetch(way || "/auth/session", how).then(function (answer) {
      if (answer.ok) return answer.json().then(heard);
      plan(LOOK);
    }).catch(function () {
      // Out of reach: what is certainly over is over here too.
      if (ends && Date.now() >= ends) over("ended"); else plan(LOOK);
    });
  }

  function heard(said) {
    // Whoever was not in to begin with is led to the sign-in by the page itself; only a page that stays is covered.
    if (said.left <= 0 && !ends && !late) { late = true; return plan(3000); }
    if (said.left <= 0) return over("ended");
    ends = Date.now() + said.left * 1000;
    if (said.left > AHEAD) { hide(); plan((said.left - AHEAD) * 1000 + 500); }
    else { warn(said); plan(said.left * 1000 + 500); }
  }
  function plan(wait) {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.min(wait, 2147483000));
  }

  function warn(said) {
    var sheet = one("stay");
    if (!sheet) return;
    one("stay-at").textContent = clock(ends);
    one("stay-why").hidden = !said.stays;
    one("stay-last").hidden = said.stays;
    one("stay-on").hidden = !said.stays;
    if (!sheet.open) sheet.showModal();
  }
  function hide() {
    var sheet = one("stay");
    if (sheet && sheet.open) sheet.close();
  }
  function stay() {
    return ask("/auth/stay").then(function () { if (tabs) tabs.postMessage("stay"); });
  }

  function over(why) {
    if (root.dataset.over || Date.now() < leaving) return;
    if (why.indexOf("look") === 0) return ask();
    if (why !== "ended") return cover(why);
    // Another account of the same person may have been opened in another tab: then one goes on as that.
    fetch("/auth/session", { cache: "no-store", credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (said) { cover(said.left > 0 ? "changed" : "ended"); })
      .catch(function () { cover("ended"); });
  }
  function cover(why) {
    // Where nobody is around a page, nothing of theirs stands on it: it must not be hidden either.
    if (root.dataset.over || !one("stay")) return;
    hide();
    var sheet = one("over"), next = location.pathname + location.search;
    var leads = { ended: "/sign-in?problem=ended&next=", step: "/second-step?next=" };
    var place = leads[why] ? leads[why] + encodeURIComponent(next) : next;
    root.dataset.over = why;
    if (!sheet) return void location.replace(place);
    sheet.querySelectorAll("[data-when]").forEach(function (part) { part.hidden = part.dataset.when !== why; });
    sheet.addEventListener("cancel", function (event) { event.preventDefault(); });
    sheet.querySelectorAll("a").forEach(function (way) {
      way.setAttribute("href", place);
      // By the browser itself: the page that stands here is not to be gone on with.
      way.addEventListener("click", function (event) {
        event.preventDefault(); event.stopImmediatePropagation(); location.replace(place);
      }, true);
    });
    if (!sheet.open) sheet.showModal();
    if (why === "ended") {
      if (tabs) tabs.postMessage("ended");
      setTimeout(function () { location.replace(place); }, 1500);
    }
  }

  function look() {
    if (!signedIn()) return;
    var left = ends - Date.now(), sheet = one("stay");
    if (!ends || left <= 0 || (left <= AHEAD * 1000 && !(sheet && sheet.open))) ask();
  }
  function back() {
    if (!document.hidden && Date.now() - asked > LOOK) ask();
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("#stay-on")) stay();
  });
  document.addEventListener("cancel", function (event) {
    if (event.target.id !== "stay") return;
    event.preventDefault();
    if (!one("stay-on").hidden) stay(); else hide();
  }, true);
  // Whoever signs out here is on the way already.
  document.addEventListener("submit", function (event) {
    var action = event.target.getAttribute("action") || "";
    if (action.indexOf("/auth/") === 0) leaving = Date.now() + 10000;
  }, true);
  if (tabs) tabs.onmessage = function () { ask(); };
  new MutationObserver(function () {
    var told = document.querySelector("#over[data-why]");
    if (told && told.dataset.why) over(told.dataset.why);
  }).observe(root, { subtree: true, attributes: true, attributeFilter: ["data-why"] });
  document.addEventListener("visibilitychange", back);
  ["focus", "pageshow", "online"].forEach(function (name) { addEventListener(name, back); });
  setInterval(look, LOOK);
  look();
})();

// What is typed inside data-draft is kept on the server for its person alone, and put back when that form comes again,
// after signing in again too. Nothing of it stays in this browser.
(function () {
  "use strict";
  var WAIT = 700, pending = {}, putting = false, filled = new WeakMap(), touched = new WeakSet(), timer = 0;

  function fieldsOf(form) {
    return Array.prototype.filter.call(form.querySelectorAll("input,select,textarea"), function (field) {
      var kind = (field.type || "").toLowerCase();
      return field.name && !/^(password|hidden|file|submit|button|reset|image)$/.test(kind)
        && field.autocomplete !== "one-time-code";
    });
  }
  function holds(form) {
    var facts = {};
    fieldsOf(form).forEach(function (field) {
      if (field.type === "checkbox") facts[field.name + "=" + field.value] = field.checked ? "on" : "";
      else if (field.type === "radio") { if (field.checked) facts[field.name] = field.value; }
      else facts[field.name] = field.value;
    });
    return facts;
  }
  function send(key) {
    var one = pending[key];
    if (!one) return;
    clearTimeout(one.timer);
    delete pending[key];
    // What was typed was kept before; whoever is signed out keeps nothing more.
    if (document.documentElement.dataset.over === "ended") return;
    fetch("/drafts", {
      method: "POST", keepalive: true, credentials: "same-origin",
      headers: { "content-type": "application/json" }, body: JSON.stringify({ key: key, facts: one.facts })
    }).catch(function () {});
  }
  function typed(event) {
    var form = event.target.closest && event.target.closest("[data-draft]");
    var key = form && form.getAttribute("data-draft");
    if (!key || putting) return;
    touched.add(event.target);
    if (pending[key]) clearTimeout(pending[key].timer);
    pending[key] = { facts: holds(form), timer: setTimeout(send, WAIT, key) };
  }

  function put(field, value) {
    putting = true;
    try { set(field, value); } finally { putting = false; }
  }
  function set(field, value) {
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked !== (field.type === "radio" || value === "on")) field.click();
      return;
    }
    var kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement
      : field.tagName === "SELECT" ? HTMLSelectElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, value);
    field.dispatchEvent(new Event(field.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
    // A field that waits for more letters hands on what it has when it is left: a tap may come next.
    if (field !== document.activeElement) field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  }
  function fill(form, facts) {
    fieldsOf(form).forEach(function (field) {
      var box = field.type === "checkbox";
      var value = facts[box ? field.name + "=" + field.value : field.name];
      if (value === undefined || (value === "" && !box)) return;
      // A dialog puts the focus into its first field by itself; only what is being typed in is left alone.
      if (field === document.activeElement && touched.has(field)) return;
      if (box) put(field, value);
      else if (field.type === "radio") { if (field.value === value) put(field, value); }
      else if (field.value !== value) put(field, value);
    });
  }
  function look() {
    if (!document.querySelector('[data-whole="1"]')) return;
    var forms = document.querySelectorAll("[data-draft]"), asked = [];
    forms.forEach(function (form) {
      var key = form.getAttribute("data-draft");
      if (key && filled.get(form) !== key) { filled.set(form, key); asked.push(key); }
    });
    if (!asked.length) return;
    var query = asked.map(function (key) { return "key=" + encodeURIComponent(key); }).join("&");
    fetch("/drafts?" + query, { cache: "no-store", credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.json() : {};
    }).then(function (found) {
      document.querySelectorAll("[data-draft]").forEach(function (form) {
        var facts = found[form.getAttribute("data-draft")];
        if (facts) fill(form, facts);
      });
    }).catch(function () {});
  }

  document.addEventListener("input", typed, true);
  document.addEventListener("change", typed, true);
  // Before the form itself goes: the server puts it away once that went well.
  document.addEventListener("submit", function (event) {
    var form = event.target.closest("[data-draft]"), key = form && form.getAttribute("data-draft");
    if (key) send(key);
  }, true);
  function all() { Object.keys(pending).forEach(send); }
  addEventListener("pagehide", all);
  document.addEventListener("visibilitychange", function () { if (document.hidden) all(); });
  new MutationObserver(function () {
    clearTimeout(timer);
    timer = setTimeout(look, 60);
  }).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-draft", "data-whole"]
  });
  look();
})();
