// Passkeys: a button marked data-passkey asks the device and hands its answer in; a field for names offers them.
(function () {
  "use strict";
  var keys = navigator.credentials, kind = window.PublicKeyCredential;
  // A passkey belongs to a host name; there is none for a bare address.
  var can = kind && keys && keys.get && keys.create && !/^[\d.]+$|:/.test(location.hostname);
  if (!can) return;
  var root = document.documentElement, base = "/auth/passkeys/";
  root.dataset.passkeys = "";
  var waiting = null, offered = null;

  function toBytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }
  function toText(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function read(asked) {
    asked.challenge = toBytes(asked.challenge);
    if (asked.user) asked.user.id = toBytes(asked.user.id);
    (asked.allowCredentials || []).concat(asked.excludeCredentials || []).forEach(function (key) {
      key.id = toBytes(key.id);
    });
    return asked;
  }
  function written(key) {
    var inside = {}, from = key.response;
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (from[name]) inside[name] = toText(from[name]);
    });
    if (from.getTransports) inside.transports = from.getTransports();
    return {
      id: key.id, rawId: toText(key.rawId), type: key.type, response: inside, clientExtensionResults: {},
      authenticatorAttachment: key.authenticatorAttachment || undefined
    };
  }

  // A refusal of ours carries its sentence, or where to go first.
  function send(path, body) {
    return fetch(base + path, {
      method: "POST", credentials: "same-origin", headers: { "content-type": "application/json" },
      body: JSON.stringify(body || {})
    }).then(function (answer) {
      return answer.json().catch(function () { return {}; }).then(function (told) {
        if (answer.ok) return told;
        throw { told: told };
      });
    });
  }
  function wanted(button) {
    return (button && button.dataset.next) || new URLSearchParams(location.search).get("next") || "";
  }
  function follow(told) {
    var to = told.to;
    if (told.back) to += "?next=" + encodeURIComponent(location.pathname + location.search);
    location.assign(to);
  }
  function use(name, button, how) {
    return send(name + "/options").then(function (told) {
      var asked = read(told.publicKey);
      var done = name === "add" ? keys.create({ publicKey: asked, signal: how.signal })
        : keys.get({ publicKey: asked, signal: how.signal, mediation: how.mediation });
      if (how.begun) how.begun();
      return done;
    }).then(function (key) {
      return send(name, { answer: written(key), next: wanted(button) });
    });
  }

  // Words are put in once the page is live: what stood there before would not be the page's own.
  function say(button, words) {
    var part = button.closest(".passkeys"), place = part && part.querySelector("[data-passkey-said]"), tries = 0;
    (function put() {
      if (place && !document.querySelector("[data-live='1']") && tries++ < 20) return setTimeout(put, 150);
      if (place) place.textContent = words;
    })();
  }
  function explained(trouble, name) {
    if (trouble.told) return trouble.told.sentence || "We are busy just now. Try again in a moment.";
    if (trouble.name === "InvalidStateError") return "This device holds a passkey of yours already.";
    if (trouble.name === "NotAllowedError" || trouble.name === "AbortError")
      return name === "add" ? "No passkey was added. Try again when you are ready."
        : "No passkey was used. Try again, or go on another way.";
    if (trouble.name === "TypeError") return "The connection broke. Try again in a moment.";
    return "This device could not do that. Go on another way.";
  }
  function tapped(button) {
    var name = button.dataset.passkey;
    if (waiting) return;
    withdraw();
    waiting = new AbortController();
    button.setAttribute("aria-busy", "true");
    say(button, "");
    use(name, button, { signal: waiting.signal }).then(follow, function (trouble) {
      waiting = null;
      button.removeAttribute("aria-busy");
      if (trouble.told && trouble.told.to) return follow(trouble.told);
      say(button, explained(trouble, name));
      look();
    });
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-passkey]");
    if (button) tapped(button);
  });

  // The field for a name offers passkeys among what it fills in, for as long as it stands there.
  function withdraw() {
    if (offered) offered.abort();
    offered = null;
  }
  function offer(field) {
    var mine = offered = new AbortController(), renew;
    function again() { if (offered === mine) { withdraw(); look(); } }
    use("sign-in", null, {
      signal: mine.signal, mediation: "conditional",
      begun: function () { renew = setTimeout(again, 240000); }
    }).then(follow, function (trouble) {
      clearTimeout(renew);
      // What was never shown to anybody fails in silence.
      if (!renew || !trouble.told || offered !== mine) return;
      say(document.querySelector("[data-passkey='sign-in']") || field, explained(trouble, "sign-in"));
      again();
    });
  }
  var offers = false;
  function look() {
    var field = offers && !waiting && document.querySelector("input[autocomplete~='webauthn']");
    if (field && !offered) offer(field);
    else if (!field && offered) withdraw();
  }
  if (kind.isConditionalMediationAvailable) kind.isConditionalMediationAvailable().then(function (yes) {
    offers = yes;
    look();
    if (yes) new MutationObserver(look).observe(root, { subtree: true, childList: true });
  });
  addEventListener("pagehide", withdraw);
  addEventListener("pageshow", function (event) { if (event.persisted) { waiting = null; look(); } });
})();
