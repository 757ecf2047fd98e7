"""Which words stand in tables? Headings of columns that are not their names in words, and the words of closed lists; all of them in the catalogue."""

HEADINGS = {
    "base_class": "Class of", "before_verdict": "Verdict then", "now_verdict": "Verdict now", "moved_class": "Has it moved", "then": "Then", "now": "Now",
    "size_share": "Its size to ours", "judged_on": "Judged on", "scope": "Scope",
    "at_start": "S: active at start", "at_end": "E: active at end", "acquired": "N: acquired", "kept": "Kept",
    "customer_retention_rate": "CRR = (E − N) / S", "true_retention_rate": "Same customers: kept / S", "since_class": "Since",
    "decile_class": "Tenth", "tenure_class": "Years", "purchase_class": "Purchases reached", "next_share": "Went on to one more",
    "of_unknown_start": "Of these, start unknown (at least so long)", "kept_before": "Kept ones’ money before",
    "lost_before": "Lost ones’ money before", "before_number": "Before", "now_number": "Now", "returned_so_far": "Returned so far",
    "is_mature": "Comparable", "rung_class": "Rung", "rung_before_class": "Rung a year ago", "step_up": "Median step up",
    "median_revenue": "Median revenue", "abc_class": "Class", "xyz_class": "Regularity", "agreement_index": "Agreement",
    "strength_index": "Strength", "by_definition_class": "By definition", "loyalty_class": "Type",
    "customers_by_definition": "Customers by definition", "jaccard_index": "Mean Jaccard", "level_class": "Level",
    "reason_class": "Reason", "limit_class": "What is limited", "count_number": "Count", "value_number": "Value",
    "rest_needed": "Sales to others needed", "rest_growth_rate": "Growth of others needed", "result_without": "Result without it",
    "peer_revenue": "Median of peers", "is_first_returned": "Part of it came back", "since_on": "Buys since",
    "margin_variation_number": "Variation of quarterly margin", "in_favour_share": "In favour", "effect_class": "Moves",
    "attribute_class": "Kind", "corrected_chance_share": "Chance, corrected", "good_share": "A and B among them",
    "other_share": "A and B among others", "f1_index": "F1 (both in one)", "precision_share": "Of these, gone",
    "recall_share": "Of the gone, listed", "listed_and_gone": "Listed and gone", "returned_share": "Returned within horizon",
    "low_share": "Interval from", "high_share": "to", "second_to_first_ratio": "Second to first",
    "chance_share": "Chance of such a silence", "usual_gap_days": "Usual gap, days", "silence_days": "Silent, days",
    "last_on": "Last purchase", "yearly_revenue": "Last year’s money", "return_share": "Chance of return",
    "expected_revenue": "To be expected", "silence_months": "Months silent", "data_answer": "The data say",
    "owner_answer": "The owner said", "agreement_class": "Agreement", "decided_by": "What would decide it", "money": "Money at stake",
    "unreadable": "Money unreadable", "n": "n", "sha256": "SHA-256", "day_on": "Day", "moved": "Moved between months",
    "untraced": "Returns without their sale", "smallest": "Smallest customer", "revenue_share": "Share of sales",
}  # fmt: skip

# Headings that are the column's name in words
NAMES = (
    "Currency", "Observed from", "Burn in months", "Sales type", "Languages", "Confidence", "Previous", "Purchases are", "Name", "Returns",
    "Vat", "Vat rates", "Services", "Corrections", "Zero amounts", "Rates", "Exclude",
    "Accounting", "Action", "After", "Age", "Amount", "Answered", "Attribute", "Base a", "Base b", "Booked", "Budget", "Budget share",
    "Buyers", "Bytes", "Change", "Chapter", "Class before", "Class now", "Clear moves", "Cluster", "Cohort", "Column", "Company",
    "Contacts index", "Contribution", "Control", "Crm", "Cumulative share", "Customer", "Customers", "Customers share", "Cut 1 number",
    "Cut 2 number", "Cut 3 number", "Cut 4 number", "Decision", "Defects", "Department", "Dependence", "Difference", "Difference share",
    "Direction", "Discount after rate", "Discount before rate", "Discount index", "Evidence", "Expected", "Extra cost", "Factor", "Field",
    "File", "Filled", "Filled share", "Finding", "First buyers", "First purchases", "First seen", "Found", "Gap", "Gone", "Industry",
    "Invalid", "Is contacted", "Judged", "Judgement", "Kept revenue", "Known share", "Last contact on", "Limit share", "Listed", "Lost",
    "Manager", "Margin", "Margin lost", "Margin rank", "Margin rate", "Margin share", "Meaning", "Measure", "Name a", "Name b", "New",
    "New revenue", "Norm", "Novelties", "Novelty index", "Novelty share", "Of", "Overridden", "Peers", "Period", "Price paid index",
    "Price rise rate", "Proposal", "Question", "Range", "Regularity index", "Returned", "Returned revenue", "Revenue", "Revenue before",
    "Revenue filled share", "Revenue now", "Revenue rank", "Row", "Rows", "Rule", "Sameness index", "Score", "Second purchases",
    "Setting", "Sheet", "Short history (month)", "Sole customers", "Sole revenue", "Sole share", "Source", "Stability", "Status",
    "Strangers", "Subject", "Supplier", "Table", "Taken from", "Tolerance", "Total", "Unit", "Valid share", "Variety index", "Verdict",
    "Version", "Wallet share", "What", "Why", "Y (month)", "Z (month)",
)  # fmt: skip

# What a finding is about, where its sentence would be too long
FINDINGS = {
    "abc": "Classes by money", "base_size": "Size of the base", "beyond_terms": "Days beyond terms", "collection": "What was collected", "credit_limits": "Credit limits",
    "dso": "Days of sales owed", "expected_loss": "What may not come", "payments_matched": "How payments were matched", "receivables": "What customers owe", "booked_to_revenue": "From booked sales to revenue", "budgets": "Budgets spent elsewhere",
    "central_complete": "Filled fields", "central_contacted": "Contacts in the year", "central_fresh": "Freshness of the central file",
    "central_invalid": "Invalid fields", "class_moves": "Moves between classes", "crm_against_accounting": "CRM against accounting",
    "crr": "CRR by the source's formula", "defects": "Defects of the data", "dependence": "Dependence on the largest",
    "existing_customers": "Sales to existing customers", "first_steps": "First steps", "innovators": "Innovators", "key_accounts": "Key accounts",
    "key_share": "Share of key accounts", "keys_per_manager": "Key accounts per manager", "ladder": "Rungs", "ladder_falls": "Falls on the ladder",
    "long_term": "Long-term partners", "loyalty": "Loyalty types", "loyalty_agreement": "Agreement of loyalty types",
    "loyalty_sample": "Loyalty types by sample", "market_growth": "Growth against the market", "new_revenue_share": "Sales to new customers",
    "orphans": "Customers nobody looks after", "overdue": "Overdue customers", "overdue_tried": "The overdue list tried out",
    "period_ratio": "Second purchases to first", "portrait": "Portrait of the good customer", "potential": "Potential of the largest", "customer_profit": "Profit of the customers", "key_losers": "Key accounts that lose money",
    "profit_ranks": "Sales and profit", "profit_ties": "Tie to the company’s result", "serving_cost": "Cost of serving", "whale": "The whale curve", "wallet_share": "Share of wallet", "wallet_modelled": "Budgets estimated", "white_space": "The largest gap by category",
    "wallet_change": "What moved the share", "wallet_managers": "Share of wallet by manager", "wallet_capture": "What is realistic to win", "wallet_wrong": "Budgets that cannot be right",
    "reactivation": "Return by themselves", "repeat_purchase_ratio": "Second purchase", "retention_rate": "Retention", "rows_kept": "Rows kept",
    "sales_change": "Change of sales", "same_customer_change": "Change with the same customers", "sole_manager": "Sales on one manager",
    "strayed": "Strayed customers", "top_share": "Share of the largest fifth", "value_ahead": "Value of the next twelve months",
    "value_independence": "Frequency and spend", "value_of_retention": "What more retention would bring", "value_payback": "Payback of new customers",
    "value_to_date": "Value to date", "value_tried": "The forecast of purchases tried out",
}  # fmt: skip

# Words of closed lists, as they stand in the cells of tables and beside pictures
WORDS = (
    "a rule", "other", "another",
    "lost", "new", "returned", "first seen", "excluded", "novelty", "belonging", "stability", "price", "table", "chapter", "lifecycle",
    "declared", "benchmark", "modelled", "{year}-Q{quarter}", "discount", "price_paid", "variety", "regularity", "sameness",
    "own", "net", "invoices", "transactional", "consultative", "strategic", "mixed", "project", "merge", "group", "apart", "look",
    "FLAG", "PASS", "accounts", "activities", "answers", "at least", "at most", "base", "budgets", "central", "claim", "contacts",
    "costs", "count", "crm_sales", "days", "facts", "frequency", "gross profit", "in", "index", "intake", "invoices", "kept", "ladder",
    "lines", "loyalty", "managers", "market growth", "merged", "money", "month", "months", "norm", "not decidable", "out", "payments",
    "points", "products", "quarantined", "quarter", "ratio", "recency", "repeat purchase ratio", "retention", "sales", "segments",
    "setting", "share", "tiers", "verdicts", "year", "years",
)  # fmt: skip
