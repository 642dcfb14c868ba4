/* SPDX-License-Identifier: Apache-2.0 */
/* Sends the form of the form-post page at once. Apart from postern.js and in old words, because browsers of test suites with
   hardly any script must follow it. The prototype's method, because a field or the button may be called "submit". */
(function () {
  "use strict";
  var form = document.getElementById("relay");
  if (form) HTMLFormElement.prototype.submit.call(form);
})();
