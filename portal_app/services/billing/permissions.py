"""What a role may do with bills, one sentence each."""

PERMISSIONS = {
    "bill.see": "See bills, payments and what is owed",
    "bill.pay": "Pay bills",
    "autopay.change": "Set up, change and stop autopay",
    "paperless.change": "Choose between paper and paperless bills",
    "budget.change": "Join and leave a budget plan",
    "bill.issue": "Issue and void bills for the company",
    "payment.record": "Record money that arrived at the company's bank",
}
